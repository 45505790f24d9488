// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#ifndef itkWinogradTransforms_h
#define itkWinogradTransforms_h

#include <c10/util/BFloat16.h>
#include <cstddef>
#include <vector>

/** The two ends of Winograd's minimal filtering F(m×m, 3×3) after Toom and Cook: m×m outputs of a 3×3 convolution from
 * (m + 2)² products,
 *
 *   Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
 *
 * with an input tile d of (m + 2)² pixels and a kernel g (Lavin and Gray, "Fast algorithms for convolutional neural
 * networks", 2016). float uses m = 4 and the points 0, ±5/8, ±3/2, ∞, whose rounding errors are smaller than those of
 * 0, ±1, ±2, ∞; bfloat16 m = 2 and 0, ±1, ∞, whose Bᵀ adds and subtracts only. Sums are in float. */
namespace itk
{
template <typename TNumber>
inline constexpr int WinogradTile = 4;
template <>
inline constexpr int WinogradTile<c10::BFloat16> = 2;

/** Pixels along an edge of the input tile. */
template <typename TNumber>
inline constexpr int WinogradEdge = WinogradTile<TNumber> + 2;

/** Products of a tile, and numbers of a transformed kernel, for each channel. */
template <typename TNumber>
inline constexpr int WinogradProducts = WinogradEdge<TNumber> * WinogradEdge<TNumber>;

/** Channels are computed by so many at once; images of others do not suit. */
constexpr int WinogradChannels = 8;

/** G, row by row, of three columns. */
std::vector<double>
GetWinogradKernelTransform(int tile);

/** Bᵀ d B of one tile, for each channel. Pixels of bfloat16 suit products of either kind.
 * \param pixels the tile's pixels, row by row, each with its channels side by side
 * \param values the first of the products' places, which lie `step` numbers apart */
void
TransformWinogradInput(const float * const * pixels, std::size_t channels, float * values, std::size_t step);
void
TransformWinogradInput(const c10::BFloat16 * const * pixels, std::size_t channels, float * values, std::size_t step);
void
TransformWinogradInput(const c10::BFloat16 * const * pixels,
                       std::size_t                   channels,
                       c10::BFloat16 *               values,
                       std::size_t                   step);

/** Aᵀ p A + bias of one tile, and ReLU if wanted, for each channel.
 * \tparam VTile edge of the tile, of that of the products
 * \param products the first, the others `step` apart
 * \param pixels where the tile's outputs go, row by row */
template <int VTile>
struct WinogradOutput
{
  static void
  Transform(const float *   products,
            std::size_t     step,
            std::size_t     channels,
            const float *   bias,
            bool            withReLU,
            float * const * pixels);
  static void
  Transform(const float *           products,
            std::size_t             step,
            std::size_t             channels,
            const float *           bias,
            bool                    withReLU,
            c10::BFloat16 * const * pixels);
};

/** A y Aᵀ of one tile of the gradient by the outputs, for each channel, in tiles of float: with it the gradient by the
 * kernel is
 *
 *   Gᵀ [ Σ (A y Aᵀ) ⊙ (Bᵀ d B) ] G
 *
 * \param pixels the tile's pixels, row by row, each with its channels side by side
 * \param values the first of the products' places, which lie `step` numbers apart */
void
TransformWinogradGradient(const float * const * pixels, std::size_t channels, float * values, std::size_t step);
void
TransformWinogradGradient(const c10::BFloat16 * const * pixels, std::size_t channels, float * values, std::size_t step);
} // namespace itk

#endif
