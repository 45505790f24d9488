// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkTorchTargetClones_h
#define itkTorchTargetClones_h

/** Before the definition of a hot loop's function: compiled for three levels of x86-64, chosen when the program starts.
 * All give the same bits, because nothing is built with contraction of a·b+c or with reassociation. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#  define ITKTorch_TARGET_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#  define ITKTorch_TARGET_CLONES
#endif

/** Before a loop none of whose iterations reads what another one writes. */
#ifdef __clang__
#  define ITKTorch_INDEPENDENT_ITERATIONS _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#  define ITKTorch_INDEPENDENT_ITERATIONS _Pragma("GCC ivdep")
#else
#  define ITKTorch_INDEPENDENT_ITERATIONS
#endif

#endif
