# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
#
# Runs the itktorch program as a user does: trains, segments, evaluates, and makes mistakes.
# ITKTORCH, TEST_IMAGES: programs. FOLDER: is emptied.

cmake_minimum_required(VERSION 3.25)

include("${CMAKE_CURRENT_LIST_DIR}/itktorchTestFunctions.cmake")

file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}/segmented" "${FOLDER}/truth")
execute_process(COMMAND "${TEST_IMAGES}" "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)

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

# A training that diverges leaves the model that is there.
file(SHA256 "${FOLDER}/model.safetensors" model)
execute_process(COMMAND "${ITKTORCH}" train pairs.csv -o model.safetensors --epochs 5 --levels 1 --base-filters 4
    --crop-size 32 --batch-size 2 --device cpu --learning-rate 1e30
  WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE result ERROR_VARIABLE error)
if(NOT result EQUAL 1 OR NOT error MATCHES
   "itktorch: [^\n]*The training diverged: [^\n]+ in epoch [1-5] of 5; use a LearningRate below 1e.30[^\n]+\n$")
  fail("A training that diverges must say so with exit status 1, but: ${result} ${error}")
endif()
file(SHA256 "${FOLDER}/model.safetensors" same_model)
if(NOT model STREQUAL same_model)
  fail("A training that diverges must leave the model that is there.")
endif()

# What segment makes of a folder can be scored as it is, with its records.
file(MAKE_DIRECTORY "${FOLDER}/images")
file(COPY "${FOLDER}/a.png" "${FOLDER}/b.png" DESTINATION "${FOLDER}/images")
run(0 ARGS segment images many -m model.safetensors --device cpu)
expect_file(many/a.png.json)
run(0 ARGS evaluate many truth --csv many.csv)
file(SHA256 "${FOLDER}/scores.csv" scores)
file(SHA256 "${FOLDER}/many.csv" same_scores)
if(NOT scores STREQUAL same_scores)
  fail("The scores of a folder's segmentations must be those of its images'.")
endif()

# Sixteen bits and real numbers are read as they are.
foreach(kind words floats)
  run(0 ARGS segment a-${kind}.mha p-${kind}.mha -m model.safetensors --device cpu --probabilities)
  expect_equal_images(p-${kind}.mha a.nrrd 1e-4)
endforeach()

# A mask is 1 above its threshold and 0 below.
run(0 ARGS segment a.png all.png -m model.safetensors --device cpu --mask --mask-threshold 0)
run(0 ARGS segment a.png none.png -m model.safetensors --device cpu --mask --mask-threshold 1)
compare_images(all.png none.png)
if(NOT "${difference} ${least} ${most}" STREQUAL "1 1 1")
  fail("A mask must be 1 above its threshold and 0 below, but: ${difference} ${least} ${most}")
endif()
# All foreground finds everything, and more: recall 1, less precision.
file(MAKE_DIRECTORY "${FOLDER}/everything")
file(COPY_FILE "${FOLDER}/all.png" "${FOLDER}/everything/a.png")
run(0 ARGS evaluate everything truth)
if(NOT output MATCHES "\na +0\\.[0-9]+ +0\\.[0-9]+ +0\\.[0-9]+ +1\\.0000 ")
  fail("All foreground must have recall 1 and less precision, but: ${output}")
endif()

file(MAKE_DIRECTORY "${FOLDER}/half")
file(COPY_FILE "${FOLDER}/segmented/a.png" "${FOLDER}/half/a.png")
run(0 ARGS evaluate half truth SAYS "1 of 2 images in truth have no prediction and are not counted")
run(0 ARGS evaluate truth truth)
if(NOT output MATCHES "mean over images +1\\.0000 +1\\.0000 +1\\.0000 +1\\.0000")
  fail("A segmentation that equals the truth must score 1, but: ${output}")
endif()

run(0 ARGS evaluate segmented truth --json scores.json --labels classes --resamples 50)
expect_file(scores.json)
file(READ "${FOLDER}/scores.json" json)
foreach(member "\"Labels\": \"classes\"" "\"definition\"" "\"interval\"" "\"classes\"")
  if(NOT json MATCHES "${member}")
    fail("scores.json must have ${member}.")
  endif()
endforeach()
run(2 ARGS evaluate segmented truth --boundary-tolerance -1 SAYS "BoundaryTolerance must be at least 0, but is -1")

run(0 ARGS canny a.png edges.png --variance 4)
expect_file(edges.png)
run(0 ARGS canny a.png edges.png --segmentation segmented/a.png --truth a-label.png --overlay overlay.png)
expect_file(overlay.png)
if(NOT output MATCHES "Canny: precision +[0-9.]+ +[0-9.]+ +[0-9.]+\n")
  fail("canny must print precision at three tolerances, but: ${output}")
endif()
run(1 ARGS canny a.png e.png --threshold-rule given --lower-threshold 5 --upper-threshold 2 SAYS "LowerThreshold")
run(0 ARGS canny a.png given.png --lower-threshold 1.5 --upper-threshold 4)
if(NOT output MATCHES "thresholds 1.5 and 4\n")
  fail("canny must use the thresholds that it is given, but: ${output}")
endif()
file(SHA256 "${FOLDER}/edges.png" edges)
file(SHA256 "${FOLDER}/given.png" given)
if(edges STREQUAL given)
  fail("Other thresholds must give other edges.")
endif()
# By default the thresholds are Otsu's. A comparison finds the same edges, and that the truth agrees with itself.
run(0 ARGS canny a.png plain.png)
run(0 ARGS canny a.png otsu.png --threshold-rule otsu)
run(0 ARGS canny a.png same.png --segmentation a-label.png --truth a-label.png)
if(NOT output MATCHES
  "segmentation: precision +1.0000 +1.0000 +1.0000\n +recall +1.0000 +1.0000 +1.0000\n +F +1.0000 +1.0000 +1.0000\n"
   OR NOT output MATCHES "mean distance: Canny +[0-9.]+\n +segmentation +0.0000\n")
  fail("The truth must agree with itself, but: ${output}")
endif()
foreach(name otsu same)
  expect_equal_files(${name}.png plain.png)
endforeach()
run(1 ARGS canny a.png absent/e.png SAYS "absent")
run(2 ARGS canny a.png e.png --truth a-label.png SAYS "--segmentation")
run(2 ARGS canny a.png e.png --variance -1 SAYS "Variance")
run(1 ARGS canny a.png e.png --segmentation a.nrrd SAYS "a.nrrd: labels must be whole numbers")

# An image that is more than the network's windows within a MiB goes through in pieces, and comes out as the whole one,
# probabilities but for rounding.
foreach(kind probabilities mask objects)
  set(output_kind --separation none)
  if(NOT kind STREQUAL "objects")
    set(output_kind --${kind})
  endif()
  run(0 ARGS segment large.mha whole-${kind}.mha -m model.safetensors --device cpu ${output_kind})
  run(0 ARGS segment large.mha pieces-${kind}.mha -m model.safetensors --device cpu ${output_kind} --maximum-memory 1
    SAYS "The image is segmented in [2-9] pieces; including margins, 1.[0-9]+ pixels are computed for each pixel")
endforeach()
expect_equal_images(pieces-probabilities.mha whole-probabilities.mha 1e-5)
expect_equal_images(pieces-mask.mha whole-mask.mha 0)
expect_equal_images(pieces-objects.mha whole-objects.mha 0)
compare_images(whole-mask.mha whole-objects.mha)
if(NOT most EQUAL 1 OR NOT difference GREATER 0)
  fail("A mask is of 0 and 1, and objects are numbered, but: ${difference} ${least} ${most}")
endif()
run(0 ARGS segment large.mha pieces.nrrd -m model.safetensors --device cpu --separation none --maximum-memory 1)
expect_equal_images(pieces.nrrd whole-objects.mha 0)
run(1 ARGS segment large.mha a.mha -m model.safetensors --device cpu --maximum-memory 1 --tiling blended
  SAYS "MaximumMemory must be at least [0-9]+ MiB for this model and windows of")

set(grid --grid MaskThreshold=0.4,0.5 SeedThreshold=0.6,0.9)
run(0 ARGS tune pairs.csv -m model.safetensors -o tuned.json --device cpu ${grid} --minimum-seed-size 1)
expect_file(tuned.json)
if(NOT output MATCHES "given, no separation" OR NOT output MATCHES "best")
  fail("tune must show what it found, but: ${output}")
endif()
# At MaskThreshold 0 all is object: recall is 1, or 0 where all objects are dropped, and distances are infinite.
foreach(metric Recall HausdorffDistance)
  run(0 ARGS tune pairs.csv -m model.safetensors -o best.json --device cpu --metric ${metric} --mask-threshold 0
    --separation none
    --grid MinimumObjectSize=1000000,0)
  file(READ "${FOLDER}/best.json" json)
  string(JSON size GET "${json}" InstanceSegmentation MinimumObjectSize)
  string(JSON score GET "${json}" Tuning Score)
  if(NOT size EQUAL 0 OR (metric STREQUAL "Recall" AND NOT score EQUAL 1))
    fail("tune must write the best parameters by ${metric}, but: ${json}")
  endif()
endforeach()
file(WRITE "${FOLDER}/folds.csv" "image,label,fold\na.png,a-label.png,0\nb.png,b-label.png,7\n")
run(0 ARGS tune folds.csv -m model.safetensors -o folds.json --device cpu --folds 7 --grid MaskThreshold=0.5)
if(NOT output MATCHES "mean over 1 images")
  fail("tune must take the chosen folds only, but: ${output}")
endif()
run(0 ARGS train folds.csv -o fold.safetensors ${small} --folds 7 SAYS "Training on 1 image,")
run(1 ARGS train folds.csv -o m.safetensors ${small} --folds 3 SAYS "at least 1 pair of the chosen folds")
run(0 ARGS segment a.png tuned.png -m model.safetensors --device cpu --objects tuned.json)
expect_file(tuned.png)
# A file's parameters are changed by options, wherever they stand.
run(0 ARGS segment a.png one.png -m model.safetensors --device cpu --separation none --objects tuned.json)
run(0 ARGS segment a.png two.png -m model.safetensors --device cpu --objects tuned.json --separation none)
file(SHA256 "${FOLDER}/one.png" one)
file(SHA256 "${FOLDER}/two.png" two)
file(WRITE "${FOLDER}/none.json" "{ \"InstanceSegmentation\": { \"MaskThreshold\": 1.0 } }")
run(0 ARGS segment a.png three.png -m model.safetensors --device cpu --objects none.json)
run(0 ARGS segment a.png four.png -m model.safetensors --device cpu --objects none.json --mask-threshold 0
  --separation none)
file(SHA256 "${FOLDER}/three.png" three)
file(SHA256 "${FOLDER}/four.png" four)
if(NOT one STREQUAL two OR three STREQUAL four)
  fail("Options must count before and after --objects, which must count itself.")
endif()
run(1 ARGS tune pairs.csv -m model.safetensors -o t.json --metric MissedObjects SAYS "MissedObjects is a count")
run(1 ARGS tune pairs.csv -m model.safetensors -o t.json --grid MaskThreshold=.5
  SAYS "MaskThreshold must be a value of its type")
run(1 ARGS segment a.png absent/out.png -m model.safetensors --device cpu SAYS "absent")
run(1 ARGS evaluate segmented truth --csv absent/scores.csv SAYS "absent")
run(1 ARGS evaluate segmented truth/a.png SAYS "two files or two folders")
run(1 ARGS tune pairs.csv -m model.safetensors -o t.json --grid Threshold=1 SAYS "Threshold")
run(1 ARGS tune pairs.csv -m model.safetensors -o t.json --grid MaskThreshold SAYS "must be given as Name=value")
run(1 ARGS tune pairs.csv -m model.safetensors -o t.json --grid MaskThreshold=1.5
  SAYS "MaskThreshold must be in .0, 1., but is 1.5")
run(1 ARGS tune pairs.csv -m model.safetensors -o t.json --metric Dise SAYS "no metric named Dise")
run(1 ARGS tune pairs.csv -m model.safetensors -o t.json --folds 99 SAYS "at least 1 pair")
run(1 ARGS segment a.png out.png -m model.safetensors --objects scores.json
  SAYS "scores.json: it must be a file written by itktorch tune")
run(1 ARGS segment a.png out.png -m model.safetensors --objects absent.json SAYS "absent.json: there is no such file")

# Interior and border tell objects apart, by themselves or by a card that tune writes.
set(border --target interior-border --labels objects --classes 3 --levels 1 --base-filters 8 --crop-size 32
  --batch-size 2 --epochs 30 --crops-per-image 4 --learning-rate 0.01 --device cpu)
run(0 ARGS train pairs.csv -o border.safetensors ${border})
run(0 ARGS segment a.png borders.mha -m border.safetensors --device cpu)
run(0 ARGS segment a.png channels.mha -m border.safetensors --device cpu --channels background-interior-border)
expect_equal_images(borders.mha channels.mha 0)
run(0 ARGS segment a.png borders-mask.mha -m border.safetensors --device cpu --mask)
compare_images(borders.mha borders-mask.mha)
if(NOT most GREATER 1)
  fail("Objects must be numbered, but the largest number is ${most}.")
endif()
run(0 ARGS segment large.mha borders-whole.mha -m border.safetensors --device cpu)
run(0 ARGS segment large.mha borders-pieces.mha -m border.safetensors --device cpu --maximum-memory 1
  SAYS "is segmented in [2-9] pieces")
expect_equal_images(borders-pieces.mha borders-whole.mha 0)
run(1 ARGS segment a.png o.png -m border.safetensors --device cpu --channels interior-border
  SAYS "Channels must be those of the model's classes, of which there are 3, but is interior-border, which are 2")
run(0 ARGS tune pairs.csv -m border.safetensors -o card.safetensors --device cpu --grid MaskThreshold=0.35
  SeedThreshold=0.55 --name squares --domain "Squares on a ground." --license CC0-1.0 --half-precision)
if(NOT output MATCHES "bfloat16 winograd +[0-9.]+%")
  fail("tune must say how far precisions agree, but: ${output}")
endif()
run(0 ARGS segment a.png carded.mha -m card.safetensors --device cpu --precision float32
  SAYS "itktorch: Model squares .card.safetensors.: Squares on a ground.\n")
run(0 ARGS tune pairs.csv -m border.safetensors -o card.json --device cpu --grid MaskThreshold=0.35 SeedThreshold=0.55)
run(0 ARGS segment a.png by-file.mha -m border.safetensors --device cpu --objects card.json)
compare_images(carded.mha by-file.mha)
file(SIZE "${FOLDER}/border.safetensors" whole_size)
file(SIZE "${FOLDER}/card.safetensors" half_size)
if(NOT half_size LESS whole_size)
  fail("Half precision must make the file smaller, but: ${half_size} and ${whole_size} bytes.")
endif()
file(WRITE "${FOLDER}/one.csv" "image,output\na.png,by-card.mha\n")
run(0 ARGS segment one.csv -m card.safetensors --device cpu)
if(NOT output MATCHES "\"computation\":{\"Precision\":\"(float32|bfloat16)\",\"Convolution\":\"(direct|winograd)\"}"
   OR NOT output MATCHES "\"MaskThreshold\":0.35" OR NOT output MATCHES "\"SeedThreshold\":0.55")
  fail("A record must say what was computed, by the card's parameters, but: ${output}")
endif()
run(0 ARGS segment one.csv -m card.safetensors --device cpu --again --mask-threshold 0.5)
if(NOT output MATCHES "\"MaskThreshold\":0.5" OR NOT output MATCHES "\"SeedThreshold\":0.55")
  fail("Options must count beside a card, but: ${output}")
endif()
run(2 ARGS tune pairs.csv -m border.safetensors -o t.json --device cpu --name squares
  SAYS "--name: the output must be a model .\\.safetensors., but is t.json")

# Without a model, the one that comes with the program is taken, for images that it may be meant for.
run(0 ARGS segment a.png nuclei.mha --device cpu SAYS "itktorch: Model nuclei .[^\n]+nuclei.safetensors.: nuclei in 2D")
run(0 ARGS segment a.png named.mha --device cpu --model nuclei)
expect_equal_images(named.mha nuclei.mha 0)
file(WRITE "${FOLDER}/volume.mhd"
  "ObjectType = Image\nNDims = 3\nDimSize = 4 2 2\nElementType = MET_UCHAR\nElementDataFile = pair.raw\n")
file(WRITE "${FOLDER}/channels.mhd" "ObjectType = Image\nNDims = 2\nDimSize = 4 2\nElementNumberOfChannels = 2\n"
  "ElementType = MET_UCHAR\nElementDataFile = pair.raw\n")
file(WRITE "${FOLDER}/pair.raw" "1111222211112222")
run(1 ARGS segment volume.mhd o.mha --device cpu
  SAYS "volume.mhd: without --model, images must have 2 dimensions and 1 channel or RGB, but it has 3 dimensions")
run(1 ARGS segment channels.mhd o.mha --device cpu
  SAYS "channels.mhd: without --model, images must have 2 dimensions and 1 channel or RGB, but it has 2 channels")
run(1 ARGS segment a.png o.png -m squares SAYS "comes with this library .+, but is \"squares\"")

run(0 ARGS train pairs.csv -o weighted.safetensors ${small} --weight-map paper --weight-map-gap-width 2)
# A named setting is changed by parameters, wherever they stand.
run(0 ARGS train pairs.csv -o wide.safetensors ${small} --weight-map paper --weight-map-gap-width 2
  --weight-map-sigma 8)
run(0 ARGS train pairs.csv -o also-wide.safetensors ${small} --weight-map-sigma 8 --weight-map-gap-width 2
  --weight-map paper)
expect_equal_files(also-wide.safetensors wide.safetensors)
file(SHA256 "${FOLDER}/weighted.safetensors" weighted)
file(SHA256 "${FOLDER}/wide.safetensors" wide)
if(weighted STREQUAL wide)
  fail("--weight-map-sigma must reach the training.")
endif()
run(1 ARGS train pairs.csv -o m.safetensors ${small} --weight-map paper --weight-map-class-weighting given
  --weight-map-class-weights 1,2,3
  SAYS "ClassWeights must be one number for each of the 2 classes, but are 3")
run(2 ARGS train pairs.csv -o m.safetensors ${small} --weight-map-sigma 0
  SAYS "WeightMapSigma must be greater than 0, but is 0")
run(2 ARGS train pairs.csv -o m.safetensors ${small} --augmentation-zoom 3,2
  SAYS "AugmentationZoom must be two numbers")
expect_file(weighted.safetensors)
run(0 ARGS weight-map a-label.png weights.nrrd --separated separated.png --gap-width 2 --picture picture.png)
foreach(name weights.nrrd separated.png picture.png)
  expect_file(${name})
endforeach()
run(0 ARGS weight-map a-label.png touching.nrrd --separated touching.png --gap-width 0)
expect_equal_images(touching.png a-label.png 0)
file(WRITE "${FOLDER}/pair.mhd"
  "ObjectType = Image\nNDims = 2\nDimSize = 8 2\nElementType = MET_UCHAR\nElementDataFile = pair.raw\n")
file(WRITE "${FOLDER}/pair.raw" "1111222211112222")
run(0 ARGS weight-map pair.mhd parted.nrrd --separated parted.mha --gap-width 2)
compare_images(parted.mha pair.mhd)
if(NOT least EQUAL 0 OR NOT most EQUAL 50)
  fail("Objects must be separated by a gap of --gap-width.")
endif()
# A preset is changed by parameters, wherever they stand.
run(0 ARGS weight-map a-label.png falk.nrrd --border-weight 0 --proximity-weight 0 --preset falk)
run(0 ARGS weight-map a-label.png given.nrrd --border-weight 0 --class-weighting given --class-weights 0.1,1)
file(SHA256 "${FOLDER}/falk.nrrd" falk)
file(SHA256 "${FOLDER}/given.nrrd" given)
if(NOT falk STREQUAL given)
  fail("Falk's preset without its terms must leave the class weights 0.1 and 1.")
endif()

run(0 ARGS augment a.png --label a-label.png --weight weights.nrrd --sheet augmented.png --output augmented --count 3
  --crop-size 24
  --device cpu)
foreach(name augmented.png augmented/a-0002.png augmented/a-0002-label.png augmented/a-0002-weight.mha
  augmented/a-0002.json)
  expect_file(${name})
endforeach()
# The record gives the same files again.
run(0 ARGS augment a.png --label a-label.png --replay augmented/a-0002.json --output replayed --preset none
  --device cpu)
foreach(name a-0002.png a-0002-label.png a-0002.json)
  file(SHA256 "${FOLDER}/replayed/${name}" found)
  file(SHA256 "${FOLDER}/augmented/${name}" expected)
  if(NOT found STREQUAL expected)
    fail("replayed/${name} must be augmented/${name}.")
  endif()
endforeach()
# Draws are numbered, differ by epoch, and are as many as asked for.
set(third --output third --first-sample 2 --count 1 --crop-size 24 --device cpu)
run(0 ARGS augment a.png --label a-label.png --weight weights.nrrd ${third})
expect_equal_files(third/a-0002.png augmented/a-0002.png)
file(COPY_FILE "${FOLDER}/third/a-0002.png" "${FOLDER}/epoch0.png")
run(0 ARGS augment a.png --label a-label.png --weight weights.nrrd ${third} --epoch 1)
compare_images(third/a-0002.png epoch0.png)
if(NOT difference GREATER 0 OR EXISTS "${FOLDER}/augmented/a-0003.png" OR EXISTS "${FOLDER}/third/a-0003.png")
  fail("Another epoch must draw otherwise, and there must be no more draws than asked for.")
endif()
run(0 ARGS train pairs.csv -o augmented.safetensors ${small} --augmentation nuclei --weight-map paper
  --augmented-weights recomputed)
expect_file(augmented.safetensors)

# Arguments: exit status 2.
run(2 ARGS augment a.png SAYS "--sheet or --output must be given")
run(2 ARGS augment a.png --sheet s.png --count 0 SAYS "--count")
run(2 ARGS augment a.png --sheet s.png --preset round SAYS "--preset" "round")
run(2 ARGS augment a.png --sheet s.png --zoom-probability 2 SAYS "ZoomProbability must be in \\[0, 1\\], but is 2")
run(2 ARGS augment a.png --sheet s.png --rotation 20,10
  SAYS "Rotation must be two numbers in \\[-360, 360\\], the lower one first, but is 20,10")
run(2 ARGS augment a.png --sheet s.png --rotation 20 SAYS "the lower one first, but is 20")
run(2 ARGS train pairs.csv -o m.safetensors --augmentation round SAYS "--augmentation" "round")
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

# What is only found while running: exit status 1.
run(1 ARGS evaluate absent truth SAYS "absent: there is no such file")
run(1 ARGS augment absent.png --sheet s.png SAYS "absent.png: there is no such file")
run(1 ARGS augment a.png --label weights.nrrd --sheet s.png SAYS "weights.nrrd: labels must be whole numbers")
run(1 ARGS augment a.png --sheet s.png --crop-size 4096 --no-pad-small-images
  SAYS "CropSize must be at most the image's size")
run(1 ARGS augment a.png --sheet s.png --preset volume SAYS "GridSize must be 1 number or 2")
run(1 ARGS augment a.png --sheet s.png --replay absent.json SAYS "absent.json: there is no such file")
file(WRITE "${FOLDER}/empty.json" "")
run(1 ARGS augment a.png --sheet s.png --replay empty.json SAYS "empty.json: it is empty")
run(1 ARGS augment a.png --sheet s.png --weight augmented/a-0002.png --label a.nrrd SAYS "a.nrrd: ")
file(WRITE "${FOLDER}/integers.mhd"
  "ObjectType = Image\nNDims = 2\nDimSize = 2 2\nElementType = MET_INT\nElementDataFile = integers.raw\n")
file(WRITE "${FOLDER}/integers.raw" "1234123412341234")
run(0 ARGS augment integers.mhd --sheet integers.png)
file(WRITE "${FOLDER}/volume.mhd"
  "ObjectType = Image\nNDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\nElementDataFile = volume.raw\n")
file(WRITE "${FOLDER}/volume.raw" "12341234")
run(1 ARGS augment a.png --sheet s.png --label volume.mhd SAYS "volume.mhd: ")
run(1 ARGS augment a.png --sheet s.png --replay pairs.csv SAYS "The augmentation record cannot be used")
run(1 ARGS augment a.png --sheet s.image --device cpu SAYS "Cannot write s.image")
run(1 ARGS train pairs.csv -o m.safetensors ${small} --augmentation volume SAYS "GridSize must be 1 number or 2")
run(1 ARGS weight-map weights.nrrd w.nrrd SAYS "weights.nrrd: labels must be whole numbers, but one is [0-9]")
run(1 ARGS weight-map absent.png w.nrrd SAYS "absent.png: there is no such file")
run(1 ARGS weight-map a-label.png w.image SAYS "Cannot write w.image")
run(1 ARGS weight-map a-label.png w.png SAYS "Cannot write w.png")
run(1 ARGS weight-map a-label.png w.nrrd --class-weighting given --class-weights 1,2,3
  SAYS "ClassWeights must be one number for each of the 2 classes, but are 3")
file(WRITE "${FOLDER}/zero.mhd"
  "ObjectType = Image\nNDims = 2\nDimSize = 2 2\nElementSpacing = 0 1\nElementType = MET_UCHAR\nElementDataFile = zero.raw\n")
file(WRITE "${FOLDER}/zero.raw" "1234")
run(1 ARGS weight-map zero.mhd w.nrrd SAYS "zero.mhd: its spacing must be in .1e-9, 1e6. mm, but is 0")
run(1 ARGS train pairs.csv -o m.safetensors ${small} --weight-map paper --labels classes
  SAYS "Labels must be objects or foreground")
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

foreach(name m.safetensors out.png out.image w.nrrd w.image w.png s.png s.image t.json e.png gpu.png)
  if(EXISTS "${FOLDER}/${name}")
    fail("${name} must not have been written.")
  endif()
endforeach()
file(GLOB left LIST_DIRECTORIES true "${FOLDER}/.partial*" "${FOLDER}/segmented/.partial*")
if(left)
  fail("Temporary files are left behind: ${left}")
endif()
