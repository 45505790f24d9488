# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Runs the itktorch program on labels that are class numbers, in 2D and 3D: trains, segments, evaluates, and makes
# mistakes.
# ITKTORCH, TEST_IMAGES: programs. FOLDER: is emptied.

cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/itktorchTestFunctions.cmake")

set(root "${FOLDER}")
file(REMOVE_RECURSE "${root}")
file(MAKE_DIRECTORY "${root}")
execute_process(COMMAND "${TEST_IMAGES}" "${root}" COMMAND_ERROR_IS_FATAL ANY)

# says(<text>): standard output of the last run has it.
function(says text)
  string(FIND "${output}" "${text}" position)
  if(position EQUAL -1)
    fail("Standard output must say '${text}', but: ${output}")
  endif()
endfunction()

# expect_header(<image> <line> …): the text header of a MetaImage has these lines.
function(expect_header name)
  file(READ "${FOLDER}/${name}" header LIMIT 600)
  foreach(line IN LISTS ARGN)
    string(FIND "${header}" "${line}\n" position)
    if(position EQUAL -1)
      fail("${name} must have '${line}' in its header.")
    endif()
  endforeach()
endfunction()

set(names --class-names background,dim,bright)
foreach(dimension 2 3)
  set(FOLDER "${root}/classes${dimension}")
  if(dimension EQUAL 2)
    set(crop 32)
    set(geometry "DimSize = 72 56" "ElementSpacing = 0.5 1.25" "Offset = 4 -3")
  else()
    set(crop 24)
    set(geometry "DimSize = 40 32 24" "ElementSpacing = 0.5 0.5 1.25" "Offset = 4 -3 -3")
  endif()
  set(model -m model.safetensors --device cpu)
  set(train train pairs.csv -o model.safetensors --dimension ${dimension} --levels 1 --base-filters 8
    --crop-size ${crop} --batch-size 2
    --device cpu)
  set(three ${train} --classes 3 --labels classes)

  # A model learns what brightness tells, and says what its classes are called.
  run(0 ARGS ${three} ${names} --epochs 60 --crops-per-image 4 --learning-rate 0.01 --polarity bright
    SAYS "Training on 2 images, 3 classes \\(background, dim, bright\\), [0-9]+ parameters, device cpu\n")
  run(0 ARGS segment images/a.mha a.mha ${model})
  expect_header(a.mha ${geometry} "ElementType = MET_UCHAR")
  run(0 ARGS evaluate a.mha labels/a.mha -m model.safetensors --csv a.csv --json a.json)
  says("class 1 dim, mean over 1")
  says("class 2 bright, mean over 1")
  if(NOT output MATCHES "\nmean over 2 classes +(0\\.[89][0-9]+|1\\.0000) ")
    fail("The mean Dice of both classes must be at least 0.8, but: ${output}")
  endif()
  file(STRINGS "${FOLDER}/a.csv" csv)
  set(lines)
  foreach(line IN LISTS csv)
    string(REGEX REPLACE "^([^,]*,[^,]*,[^,]*),.*$" "\\1" line "${line}")
    list(APPEND lines "${line}")
  endforeach()
  if(NOT lines STREQUAL "image,class,name;a,any,;a,1,dim;a,2,bright;a,mean,")
    fail("a.csv must have lines for all classes, but has ${lines}.")
  endif()
  file(READ "${FOLDER}/a.json" json)
  string(JSON labels GET "${json}" parameters Labels)
  string(JSON name GET "${json}" "class names" 2)
  string(JSON classes GET "${json}" "mean over classes" Dice classes)
  string(JSON count GET "${json}" "mean over classes" Precision mean)
  if(NOT "${labels};${name};${classes}" STREQUAL "classes;bright;2")
    fail("a.json must hold the classes, but: ${json}")
  endif()

  # Probabilities: a component for each class, in all formats that hold them.
  foreach(ending mha nrrd nii.gz tif)
    run(0 ARGS segment images/a.mha probabilities.${ending} ${model} --probabilities)
  endforeach()
  expect_header(probabilities.mha ${geometry} "ElementNumberOfChannels = 3" "ElementType = MET_FLOAT")
  foreach(ending png jpg)
    run(1 ARGS segment absent.mha p.${ending} ${model} --probabilities
        SAYS
          "^itktorch: Cannot write p.${ending}: probabilities are real numbers, which its format cannot store; use .nrrd, .mha, .nii.gz or .tif.\n$")
  endforeach()
  run(1 ARGS segment absent.mha p.gipl ${model} --probabilities
      SAYS
        "^itktorch: Cannot write p.gipl: probabilities have 3 components, which its format cannot store; use .nrrd, .mha, .nii.gz or .tif.\n$")
  run(1 ARGS segment absent.mha p.jpg ${model}
      SAYS
        "^itktorch: Cannot write p.jpg: its format cannot store labels exactly; use .png, .nrrd, .mha, .nii.gz or .tif.\n$")

  # Folders and lists with their records, shards, and what is larger than memory.
  run(0 ARGS segment images many ${model} SAYS "2 cases: 2 done")
  says("\"settings\":{\"Output\":\"classes\"")
  expect_equal_files(many/a.mha a.mha)
  run(0 ARGS segment images many ${model} --shard 2/2 SAYS "1 cases: 0 done, 1 skipped")
  run(0 ARGS segment images many-probabilities ${model} --probabilities SAYS "2 cases: 2 done")
  expect_equal_files(many-probabilities/a.mha probabilities.mha)
  run(1 ARGS segment images many-png ${model} --probabilities --format .png
    SAYS "^itktorch: Cannot write many-png/\\*.png: probabilities are real numbers")
  file(WRITE "${FOLDER}/list.csv" "image,output\nimages/a.mha,listed/a.mha\nimages/b.mha,listed/b.jpg\n")
  execute_process(COMMAND "${ITKTORCH}" segment list.csv ${model}
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE error)
  if(NOT result EQUAL 1 OR NOT error MATCHES "listed/b.jpg: its format cannot store"
    OR NOT error MATCHES "1 done, 0 skipped, 1 failed")
    fail("A list's output in a format that does not hold it must fail alone, but: ${error}")
  endif()
  run(0 ARGS evaluate many labels ${names})
  says("class 2 bright, mean over 2")

  # Options that are for objects.
  foreach(option "--mask" "--mask-threshold;0.4" "--separation;none" "--minimum-object-size;3")
    list(GET option 0 name)
    run(2 ARGS segment absent.mha out.mha ${model} ${option}
      SAYS "^itktorch: ${name}: the model must have 1 or 2 classes, or Channels for its classes, but has 3.\n$")
    run(2 ARGS segment images out ${model} ${option}
      SAYS "^itktorch: ${name}: the model must have 1 or 2 classes, or Channels for its classes, but has 3.\n$")
  endforeach()
  file(WRITE "${FOLDER}/objects.json" "{ \"InstanceSegmentation\": { \"MaskThreshold\": 0.4 } }")
  run(2 ARGS segment absent.mha out.mha ${model} --objects objects.json
    SAYS "^itktorch: --objects: the model must have 1 or 2 classes, or Channels for its classes, but has 3.\n$")
  run(1 ARGS tune pairs.csv -m model.safetensors -o tuned.json
    SAYS "^itktorch: Model must have 1 or 2 classes, or Channels for its classes, but has 3.\n$")

  # Names go on with a model, and can be changed.
  run(0 ARGS train pairs.csv -o more.safetensors --initial-model model.safetensors --labels classes --crop-size ${crop}
    --epochs 1
    --device cpu SAYS "Training on 2 images, 3 classes, ")
  run(0 ARGS evaluate a.mha labels/a.mha -m more.safetensors --no-evaluate-surface)
  says("class 2 bright, mean over 1")
  run(2 ARGS train pairs.csv -o more.safetensors --initial-model model.safetensors --labels classes --class-names a,b
    SAYS "^itktorch: --class-names: The number of names must be 3, one for each class, but is 2.\n$")

  # Labels that augmentation moves stay class numbers.
  set(flip --device cpu --preset none --flip-probability 1 --count 1)
  run(0 ARGS augment images/a.mha --label labels/a.mha --output once --sheet sheet.png ${flip})
  expect_file(sheet.png)
  run(0 ARGS augment once/a-0000.mha --label once/a-0000-label.mha --output twice ${flip})
  run(0 ARGS evaluate once/a-0000-label.mha labels/a.mha ${names} --no-evaluate-surface --no-evaluate-boundary)
  if(output MATCHES "mean over 2 classes +1\\.0000")
    fail("Flipped labels must be elsewhere.")
  endif()
  run(0 ARGS evaluate twice/a-0000-0000-label.mha labels/a.mha ${names} --no-evaluate-surface --no-evaluate-boundary)
  says("class 2 bright, mean over 1")
  if(NOT output MATCHES "mean over 2 classes +1\\.0000 +1\\.0000 +1\\.0000")
    fail("Labels that are flipped twice must be where they were, but: ${output}")
  endif()

  # Mistakes in training.
  run(1 ARGS ${train} --classes 3
    SAYS "^itktorch: Labels must be classes for more than 2 classes, but is foreground for 3.\n$")
  run(2 ARGS ${three} --class-names background,dim
    SAYS "^itktorch: --class-names: The number of names must be 3, one for each class, but is 2.\n$")
  run(2 ARGS ${three} --class-names background,,dim
    SAYS "^itktorch: --class-names: Names of classes must differ and must not be empty, but are background,,dim.\n$")
  foreach(weights warped recomputed)
    execute_process(COMMAND "${ITKTORCH}" ${train} --classes 2 --labels classes --augmented-weights ${weights}
      WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
    if(NOT result EQUAL 1 OR NOT output STREQUAL "" OR NOT error MATCHES
       "\nitktorch: Training data that cannot be used: [^\n]*labels/a.mha: labels must be class numbers in \\[0, 1\\], but one is 2\\. [^\n]*labels/b.mha: labels must be class numbers in \\[0, 1\\], but one is 2\\.\n$")
      fail("Labels that are no classes must be named with their files, but: ${result} ${output} ${error}")
    endif()
  endforeach()

  # Labels in files of real numbers must be whole.
  run(0 ARGS weight-map labels/a.mha weights.mha --device cpu)
  file(WRITE "${FOLDER}/weights.csv" "image,label\nimages/a.mha,weights.mha\n")
  string(REPLACE "pairs.csv" "weights.csv" real "${three}")
  execute_process(COMMAND "${ITKTORCH}" ${real}
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
  if(NOT result EQUAL 1 OR NOT output STREQUAL "" OR NOT error MATCHES
     "\nitktorch: Training data that cannot be used: [^\n]*weights.mha: labels must be whole numbers, but one is [0-9.]+\\.\n$")
    fail("Labels that are no whole numbers must be named with their file, but: ${result} ${output} ${error}")
  endif()

  # Mistakes in evaluation.
  run(1 ARGS evaluate a.mha labels/a.mha --class-names background,dim
    SAYS "^itktorch: a.mha: labels must be class numbers in \\[0, 1\\], but one is 2.\n$")
  run(2 ARGS evaluate a.mha labels/a.mha ${names} --labels objects
    SAYS "^itktorch: --class-names: Labels must be classes, but is objects.\n$")
  run(2 ARGS evaluate a.mha labels/a.mha ${names} -m model.safetensors SAYS "--model" "--class-names")
  run(1 ARGS evaluate a.mha labels/a.mha -m absent.safetensors SAYS "absent.safetensors")
  run(0 ARGS evaluate a.mha labels/a.mha --class-names background,dim,bright,absent --json a.json --no-evaluate-surface)
  if(NOT output MATCHES "class 3 absent, mean over 0 +- +- +- +-")
    fail("A class that neither side has must have no score, but: ${output}")
  endif()
  file(READ "${FOLDER}/a.json" json)
  string(JSON classes GET "${json}" "mean over classes" Dice classes)
  if(NOT classes EQUAL 2)
    fail("A class that neither side has must not count, but ${classes} do.")
  endif()
endforeach()

# A volume in a format of slices.
run(1 ARGS segment images/a.mha a.png ${model}
  SAYS "^itktorch: Cannot write a.png: a PNG holds one slice, but the image has size \\[40, 32, 24\\].\n$")

# In pieces: the same as the whole, in class numbers and probabilities.
set(FOLDER "${root}")
foreach(kind classes probabilities)
  set(option)
  if(kind STREQUAL probabilities)
    set(option --probabilities)
  endif()
  run(0 ARGS segment large.mha whole-${kind}.mha -m classes2/model.safetensors --device cpu ${option})
  run(0 ARGS segment large.mha pieces-${kind}.mha -m classes2/model.safetensors --device cpu ${option}
    --maximum-memory 1
    SAYS "The image is segmented in [2-9] pieces")
endforeach()
expect_header(pieces-probabilities.mha "ElementNumberOfChannels = 3" "ElementType = MET_FLOAT")
expect_equal_images(pieces-probabilities.mha whole-probabilities.mha 1e-5)
expect_equal_images(pieces-classes.mha whole-classes.mha 0)
