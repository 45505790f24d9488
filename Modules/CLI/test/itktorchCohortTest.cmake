# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Segments folders and lists of images with the itktorch program.
# ITKTORCH, TEST_IMAGES: programs. FOLDER: is emptied.

cmake_minimum_required(VERSION 3.25)

# segment(<exit status> ARGS <arguments> [SAYS <regular expressions for standard error>] [STATUSES <case=status> …]
#         [ENVIRONMENT <name=value> …])
# STATUSES are all cases in their order.
function(segment status)
  cmake_parse_arguments(arg "" "" "ARGS;SAYS;STATUSES;ENVIRONMENT" ${ARGN})
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env --unset=SLURM_ARRAY_TASK_ID ${arg_ENVIRONMENT}
      "${ITKTORCH}" segment ${arg_ARGS} --model model.safetensors --device cpu
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
  set(shown "itktorch segment ${arg_ARGS}: exit status ${result}\nstandard output: ${output}\nstandard error: ${error}")
  if(NOT result STREQUAL status)
    message(SEND_ERROR "The exit status must be ${status}. ${shown}")
  endif()
  foreach(expression ${arg_SAYS})
    if(NOT error MATCHES "${expression}")
      message(SEND_ERROR "Standard error must match '${expression}'. ${shown}")
    endif()
  endforeach()
  if(DEFINED arg_STATUSES)
    set(statuses)
    string(REGEX MATCHALL "[^\n]+" lines "${output}")
    foreach(line IN LISTS lines)
      string(JSON case GET "${line}" case)
      string(JSON case_status GET "${line}" status)
      list(APPEND statuses "${case}=${case_status}")
    endforeach()
    if(NOT statuses STREQUAL arg_STATUSES)
      message(SEND_ERROR "The cases must be ${arg_STATUSES}, but are ${statuses}. ${shown}")
    endif()
  elseif(NOT output STREQUAL "")
    message(SEND_ERROR "There must be nothing on standard output. ${shown}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_files folder)
  file(GLOB found RELATIVE "${FOLDER}/${folder}" "${FOLDER}/${folder}/*" "${FOLDER}/${folder}/.*")
  if(NOT found STREQUAL ARGN)
    message(SEND_ERROR "${folder} must hold ${ARGN}, but holds ${found}.")
  endif()
endfunction()

function(expect_equal_files one two isWanted)
  file(SHA256 "${FOLDER}/${one}" first)
  file(SHA256 "${FOLDER}/${two}" second)
  string(COMPARE EQUAL "${first}" "${second}" isEqual)
  if((isEqual AND NOT isWanted) OR (isWanted AND NOT isEqual))
    message(SEND_ERROR "${one} equals ${two}: ${isEqual}, but must be ${isWanted}.")
  endif()
endfunction()

file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}/images")
execute_process(COMMAND "${TEST_IMAGES}" "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND "${ITKTORCH}" train pairs.csv -o model.safetensors --epochs 1 --levels 1 --base-filters 4 --crop-size 32
    --crops-per-image 1 --batch-size 2 --device cpu
  WORKING_DIRECTORY "${FOLDER}" OUTPUT_QUIET ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
foreach(name a b)
  file(COPY "${FOLDER}/${name}.png" DESTINATION "${FOLDER}/images")
endforeach()
file(WRITE "${FOLDER}/images/README.md" "No image.")

# One image is as ever: the output's name, and no record.
execute_process(COMMAND "${ITKTORCH}" segment a.png one.png -m model.safetensors --device cpu
  WORKING_DIRECTORY "${FOLDER}" OUTPUT_VARIABLE output ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
if(NOT output STREQUAL "one.png\n" OR EXISTS "${FOLDER}/one.png.json")
  message(SEND_ERROR "segment of one image must print its output's name only, but: ${output}")
endif()

# A folder, with its outputs inside it.
segment(0 ARGS images images/out STATUSES a.png=done b.png=done
  SAYS "Segmenting: 100 %" "2 of 2 cases" "itktorch: 2 cases: 2 done, 0 skipped, 0 failed.\n$")
expect_files(images/out a.png a.png.json b.png b.png.json)
expect_equal_files(images/out/a.png one.png YES)
# The record is the case's line.
file(STRINGS "${FOLDER}/images/out/b.png.json" record)
if(NOT output MATCHES "\n([^\n]+)\n$" OR NOT CMAKE_MATCH_1 STREQUAL record)
  message(SEND_ERROR "images/out/b.png.json must be the line of b.png, but is ${record}, and the lines are ${output}")
endif()
string(JSON objects GET "${record}" objects)
string(JSON width GET "${record}" size 0)
if(NOT width EQUAL 64 OR NOT objects MATCHES "^[0-9]+$")
  message(SEND_ERROR "The line must have size and number of objects, but is ${record}")
endif()

segment(0 ARGS images images/out STATUSES a.png=skipped b.png=skipped SAYS "0 done, 2 skipped")
segment(0 ARGS images images/out --maximum-memory 500 --threads 1 STATUSES a.png=skipped b.png=skipped)
segment(0 ARGS images images/out --again STATUSES a.png=done b.png=done)
segment(0 ARGS images images/out --mask-threshold 0.6 STATUSES a.png=done b.png=done)
segment(0 ARGS images images/out STATUSES a.png=done b.png=done)
file(TOUCH "${FOLDER}/images/b.png")
segment(0 ARGS images images/out STATUSES a.png=skipped b.png=done)
file(TOUCH "${FOLDER}/model.safetensors")
segment(0 ARGS images images/out STATUSES a.png=done b.png=done)

# Formats and kinds of output.
segment(0 ARGS images masks/new --mask --format .mha STATUSES a.png=done b.png=done)
expect_files(masks/new a.mha a.mha.json b.mha b.mha.json)
segment(0 ARGS images probabilities --probabilities STATUSES a.png=done b.png=done)
expect_files(probabilities a.nrrd a.nrrd.json b.nrrd b.nrrd.json)
# The network's parameters reach it.
segment(0 ARGS images bfloat16 --probabilities --precision bfloat16 STATUSES a.png=done b.png=done)
expect_equal_files(probabilities/a.nrrd bfloat16/a.nrrd NO)

# Shards: of the command line, or of a Slurm job array.
segment(0 ARGS images shards --shard 2/2 STATUSES b.png=done)
segment(0 ARGS images shards --shard 3/3 STATUSES SAYS "0 cases")
segment(0 ARGS images shards STATUSES b.png=skipped SAYS "itktorch: shard 2/2, from SLURM_ARRAY_TASK_ID.\n"
  ENVIRONMENT SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=5)
segment(0 ARGS images shards --shard 1/1 STATUSES a.png=done b.png=skipped
  ENVIRONMENT SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=5)
segment(1 ARGS images shards SAYS "^itktorch: SLURM_ARRAY_TASK_ID must be one of 2 numbers from 1[^\n]*\n$"
  ENVIRONMENT SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=1)

# Cases that fail: missing, truncated, of another dimension, and an output without a format.
file(WRITE "${FOLDER}/volume.mhd"
  "ObjectType = Image\nNDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\nElementDataFile = volume.raw\n")
file(WRITE "${FOLDER}/volume.raw" "12341234")
execute_process(COMMAND head -c 500 "${FOLDER}/a.png" OUTPUT_FILE "${FOLDER}/half.png" COMMAND_ERROR_IS_FATAL ANY)
file(WRITE "${FOLDER}/list.csv"
  "image,output\nimages/a.png,listed/x/1.png\nabsent.png,listed/2.png\nhalf.png,listed/3.png\nvolume.mhd,listed/4.mha\n"
  "b.png,listed/5.docx\nimages/b.png,listed/6.png\n")
set(failures absent.png=failed half.png=failed volume.mhd=failed b.png=failed)
segment(1 ARGS list.csv STATUSES images/a.png=done ${failures} images/b.png=done
  SAYS "itktorch: absent.png: there is no such file.\n" "itktorch: half.png: the file ends before its pixels do"
    "dimension must be 2, but is 3"
    "itktorch: b.png: Cannot write listed/5.docx" "itktorch: 6 cases: 2 done, 0 skipped, 4 failed.\n$")
expect_files(listed 6.png 6.png.json x)
segment(1 ARGS list.csv STATUSES images/a.png=skipped ${failures} images/b.png=skipped)
segment(0 ARGS list.csv elsewhere --shard 1/6 STATUSES images/a.png=done)
expect_files(elsewhere/listed/x 1.png 1.png.json)

# Volumes' formats tell of missing pixels, too.
foreach(ending mha nii.gz)
  segment(0 ARGS images halved/whole-${ending} --mask --format .${ending} STATUSES a.png=done b.png=done)
  file(SIZE "${FOLDER}/halved/whole-${ending}/a.${ending}" size)
  math(EXPR size "${size} * 3 / 4")
  execute_process(COMMAND head -c ${size} "${FOLDER}/halved/whole-${ending}/a.${ending}"
    OUTPUT_FILE "${FOLDER}/halved/a.${ending}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
segment(1 ARGS halved halved/out --format .png STATUSES SAYS
  "must be the output of one image, but is that of halved/a.mha and halved/a.nii.gz")
segment(1 ARGS halved halved/out STATUSES a.mha=failed a.nii.gz=failed SAYS
  "halved/a.mha: the file ends before its pixels do")

# What is refused before anything is computed.
file(WRITE "${FOLDER}/twice.csv" "image,output\na.png,refused/x.png\nb.png,refused/y/../x.png\n")
segment(1 ARGS twice.csv
  SAYS "^itktorch: refused/y/../x.png must be the output of one image, but is that of a.png and b.png.\n$")
file(WRITE "${FOLDER}/over.csv" "image,output\na.png,refused/x.png\nb.png,./a.png\n")
segment(1 ARGS over.csv SAYS "must not be one of the images, as it is the output of b.png.\n$")
file(WRITE "${FOLDER}/images.csv" "image\na.png\n")
segment(1 ARGS images.csv SAYS "images.csv has no column 'output', so a folder")
segment(1 ARGS images images SAYS "must go to another folder")
segment(1 ARGS absent.csv refused SAYS "absent.csv")
segment(2 ARGS images SAYS "output")
segment(2 ARGS a.png SAYS "output")
segment(2 ARGS images refused --shard 0/2 SAYS
  "Shard must be NUMBER/COUNT, two whole numbers with 1 <= NUMBER <= COUNT, but is 0/2")
segment(2 ARGS images refused --format .docx SAYS "Format must be the file extension of an ITK image format")
segment(2 ARGS a.png refused.png --shard 1/2 SAYS "must be a folder or a list .*, but is a.png")
segment(2 ARGS images refused --threshold 0.4 SAYS "--threshold")
if(EXISTS "${FOLDER}/refused" OR EXISTS "${FOLDER}/refused.png")
  message(SEND_ERROR "What is refused must not have been written.")
endif()
