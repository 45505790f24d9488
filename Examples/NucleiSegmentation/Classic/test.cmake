# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
# A short experiment on the sample: all files are there, the same command goes on, and others are refused.
# PROGRAM; PAIRS: table of the sample; FOLDER: is emptied.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${FOLDER}")
set(options --size 32 --base-filters 2 --levels 2 --epochs 1 --device cpu)

# Runs the program with more options; its exit status must be the expected one.
function(run status)
  execute_process(COMMAND "${PROGRAM}" "${PAIRS}" --output "${FOLDER}" ${options} ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
  if(NOT result STREQUAL status)
    message(FATAL_ERROR "The exit status must be ${status}, but is ${result}: ${output}${error}")
  endif()
  set(output "${output}" PARENT_SCOPE)
  set(error "${error}" PARENT_SCOPE)
endfunction()

function(expect text pattern)
  if(NOT text MATCHES "${pattern}")
    message(FATAL_ERROR "There must be \"${pattern}\" in: ${text}")
  endif()
endfunction()

run(0)
expect("${output}" "mean over 24 images +Dice +IoU +Recall Precision\nOtsu +0.[78][0-9]+ ")
expect("${output}" "\nU-Net, plain +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+\nU-Net, augmented +[0-9.]+ ")
expect("${error}" "Training, plain, on 48 images")
set(first "${output}")
file(STRINGS "${FOLDER}/scores.csv" lines)
list(LENGTH lines count)
if(NOT count EQUAL 73)
  message(FATAL_ERROR "scores.csv must have 73 lines, one for each of 24 images and 3 ways, but has ${count}.")
endif()
foreach(training plain augmented)
  file(STRINGS "${FOLDER}/${training}/metrics.csv" lines)
  list(LENGTH lines count)
  if(NOT count EQUAL 2)
    message(FATAL_ERROR "${training}/metrics.csv must have 2 lines, the header and an epoch, but has ${count}.")
  endif()
endforeach()
file(SHA256 "${FOLDER}/plain/last.safetensors" plain)
file(SHA256 "${FOLDER}/augmented/last.safetensors" augmented)
if(plain STREQUAL augmented)
  message(FATAL_ERROR "Both trainings gave the same model.")
endif()

run(0)
expect("${error}" "The training goes on after step 12, in epoch 2")
if(NOT output STREQUAL first)
  message(FATAL_ERROR "The same command must give the same scores, but gave ${output}after ${first}")
endif()

run(1 --seed 1)
expect("${error}" "plain: a training that goes on must have the same settings")
# Images of another size, in crops of the same.
list(TRANSFORM options REPLACE "^32$" "48")
run(1 --crop-size 32)
expect("${error}" "plain: a training that goes on must have the same settings")
