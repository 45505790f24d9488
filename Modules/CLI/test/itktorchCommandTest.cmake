# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Runs the itktorch program as a user does: trains, segments, evaluates, and makes mistakes.
# ITKTORCH, PHANTOM_PAIRS: programs. FOLDER: is emptied.

cmake_minimum_required(VERSION 3.25)

function(fail text)
  message(SEND_ERROR "${text}")
endfunction()

# run(<exit status> ARGS <arguments> [SAYS <regular expressions for standard error>])
# A refused command says one line on standard error and nothing on standard output.
function(run status)
  cmake_parse_arguments(arg "" "" "ARGS;SAYS" ${ARGN})
  execute_process(COMMAND "${ITKTORCH}" ${arg_ARGS}
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
  set(shown "itktorch ${arg_ARGS}: exit status ${result}\nstandard output: ${output}\nstandard error: ${error}")
  if(NOT result STREQUAL status)
    fail("The exit status must be ${status}. ${shown}")
  endif()
  foreach(expression ${arg_SAYS})
    if(NOT error MATCHES "${expression}")
      fail("Standard error must match '${expression}'. ${shown}")
    endif()
  endforeach()
  if(NOT status EQUAL 0 AND (NOT error MATCHES "^itktorch: [^\n]+\n$" OR NOT output STREQUAL ""))
    fail("There must be one line on standard error and nothing on standard output. ${shown}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_file name)
  if(NOT EXISTS "${FOLDER}/${name}")
    fail("${name} must have been written.")
  endif()
endfunction()

file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}/segmented" "${FOLDER}/truth")
execute_process(COMMAND "${PHANTOM_PAIRS}" "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)

set(small --epochs 1 --levels 1 --base-filters 4 --crop-size 32 --crops-per-image 1 --batch-size 2 --device cpu)
run(0 ARGS train pairs.csv -o model.safetensors ${small} SAYS "Training on 2 images")
expect_file(model.safetensors)
foreach(name a b)
  run(0 ARGS segment ${name}.png segmented/${name}.png -m model.safetensors --device cpu)
  expect_file(segmented/${name}.png)
  file(COPY_FILE "${FOLDER}/${name}-label.png" "${FOLDER}/truth/${name}.png")
endforeach()
run(0 ARGS segment a.png a.nrrd -m model.safetensors --device cpu --probabilities)
expect_file(a.nrrd)
run(0 ARGS evaluate segmented truth --csv scores.csv)
expect_file(scores.csv)
file(MAKE_DIRECTORY "${FOLDER}/half")
file(COPY_FILE "${FOLDER}/segmented/a.png" "${FOLDER}/half/a.png")
run(0 ARGS evaluate half truth SAYS "1 of 2 images in truth have no prediction and are not counted")
run(0 ARGS evaluate truth truth)
if(NOT output MATCHES "mean over images +1\\.0000 +1\\.0000 +1\\.0000 +1\\.0000")
  fail("A segmentation that equals the truth must score 1, but: ${output}")
endif()

run(0 ARGS train pairs.csv -o weighted.safetensors ${small} --weight-map paper --gap-width 2)
expect_file(weighted.safetensors)
run(0 ARGS weight-map a-label.png weights.nrrd --separated separated.png --gap-width 2 --picture picture.png)
foreach(name weights.nrrd separated.png picture.png)
  expect_file(${name})
endforeach()
# A preset is changed by parameters, wherever they stand.
run(0 ARGS weight-map a-label.png falk.nrrd --border-weight 0 --proximity-weight 0 --preset falk)
run(0 ARGS weight-map a-label.png given.nrrd --border-weight 0 --class-weighting given --class-weights 0.1,1)
file(SHA256 "${FOLDER}/falk.nrrd" falk)
file(SHA256 "${FOLDER}/given.nrrd" given)
if(NOT falk STREQUAL given)
  fail("Falk's preset without its terms must leave the class weights 0.1 and 1.")
endif()

# Arguments: exit status 2.
run(2 ARGS weight-map a-label.png w.nrrd --sigma -5 SAYS "Sigma must be greater than 0, but is -5")
run(2 ARGS weight-map a-label.png w.nrrd --gap-width -1 SAYS "GapWidth must be in \\[0, 100\\], but is -1")
run(2 ARGS weight-map a-label.png w.nrrd --class-weights 1,x SAYS "ClassWeights must be numbers with commas")
run(2 ARGS weight-map a-label.png w.nrrd --preset round SAYS "--preset" "round")
run(2 ARGS)
run(2 ARGS train pairs.csv -o m.safetensors --no-such-option SAYS "--no-such-option")
run(2 ARGS train pairs.csv -o m.safetensors --epochs 0 SAYS "Epochs must be in \\[1, 1000000\\], but is 0")
run(2 ARGS train pairs.csv -o m.safetensors --epochs many SAYS "Epochs must be a whole number, but is many")
run(2 ARGS train pairs.csv -o m.safetensors --padding round SAYS "Padding must be one of zero, edge, but is round")
run(2 ARGS train pairs.csv SAYS "--output")
run(2 ARGS segment a.png out.png -m model.safetensors --device gpu
  SAYS "--device" "must be auto, cpu, cuda or cuda:N, but is gpu")
run(2 ARGS segment a.png out.png -m model.safetensors --mask --probabilities SAYS "--mask" "--probabilities")
run(2 ARGS evaluate absent truth SAYS "absent")

# What is only found while running: exit status 1.
run(1 ARGS weight-map weights.nrrd w.nrrd SAYS "weights.nrrd: labels must be whole numbers, but are float")
run(1 ARGS weight-map absent.png w.nrrd SAYS "absent.png: there is no such file")
run(1 ARGS weight-map a-label.png w.image SAYS "Cannot write w.image")
run(1 ARGS weight-map a-label.png w.png SAYS "Cannot write w.png")
run(1 ARGS weight-map a-label.png w.nrrd --class-weighting given --class-weights 1,2,3
  SAYS "ClassWeights must be one number for each of the 2 classes, but are 3")
file(WRITE "${FOLDER}/zero.mhd" "ObjectType = Image\nNDims = 2\nDimSize = 2 2\nElementSpacing = 0 1\nElementType = MET_UCHAR\nElementDataFile = zero.raw\n")
file(WRITE "${FOLDER}/zero.raw" "1234")
run(1 ARGS weight-map zero.mhd w.nrrd SAYS "Spacing along axis 0 must be a number greater than 0, but is 0")
run(1 ARGS train pairs.csv -o m.safetensors ${small} --weight-map paper --label-rule class-index
  SAYS "LabelRule must be foreground")
run(1 ARGS segment a.png out.png -m absent.safetensors SAYS "absent.safetensors")
run(1 ARGS segment absent.png out.png -m model.safetensors SAYS "absent.png: there is no such file")
run(1 ARGS segment a.png out.image -m model.safetensors --device cpu SAYS "Cannot write out.image")
run(1 ARGS segment a.png absent/out.png -m model.safetensors --device cpu SAYS "absent/out.png")
run(1 ARGS train absent.csv -o m.safetensors SAYS "absent.csv")
file(WRITE "${FOLDER}/wrong.csv" "image,label\nabsent.png,a-label.png\n")
run(1 ARGS train wrong.csv -o m.safetensors ${small} SAYS "absent.png: there is no such file")

# A device that the machine lacks: exit status 3.
execute_process(COMMAND "${ITKTORCH}" segment a.png gpu.png -m model.safetensors --device cuda
  WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE cuda OUTPUT_QUIET ERROR_QUIET)
if(cuda EQUAL 0)
  message(STATUS "There is a CUDA device: its absence is not tested.")
else()
  run(3 ARGS segment a.png gpu.png -m model.safetensors --device cuda SAYS "Device must be" "but is cuda")
endif()

foreach(name m.safetensors out.png out.image w.nrrd w.image w.png)
  if(EXISTS "${FOLDER}/${name}")
    fail("${name} must not have been written.")
  endif()
endforeach()
file(GLOB left LIST_DIRECTORIES true "${FOLDER}/.partial*" "${FOLDER}/segmented/.partial*")
if(left)
  fail("Temporary files are left behind: ${left}")
endif()
