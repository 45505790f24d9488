# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Runs the example with a network that is trained for it.
# ITKTORCH, TEST_IMAGES, TILE_SEAMS: programs. FOLDER: is emptied.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
execute_process(COMMAND "${TEST_IMAGES}" "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND "${ITKTORCH}" train pairs.csv -o model.safetensors --epochs 1 --levels 1 --base-filters 4 --crop-size 32
    --crops-per-image 1 --batch-size 2 --device cpu
  WORKING_DIRECTORY "${FOLDER}" OUTPUT_QUIET ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${TILE_SEAMS}" model.safetensors a.png seams.png 24
  WORKING_DIRECTORY "${FOLDER}" OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT EXISTS "${FOLDER}/seams.png")
  message(SEND_ERROR "seams.png must have been written.")
endif()
if(NOT output MATCHES "tiles cut out: [^\n]* at most 0\\.[0-9]+\n")
  message(SEND_ERROR "Tiles that are cut out must be off: ${output}")
endif()
if(NOT output MATCHES "exact tiles: [^\n]* at most (0|[0-9.]+e-0[6-9])\n")
  message(SEND_ERROR "Exact tiles must be off by rounding only: ${output}")
endif()
foreach(size 0 -3 12abc)
  execute_process(COMMAND "${TILE_SEAMS}" model.safetensors a.png refused.png ${size}
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result ERROR_QUIET)
  if(NOT result EQUAL 2)
    message(SEND_ERROR "A tile size of ${size} must be refused with exit status 2, but is with ${result}.")
  endif()
endforeach()
