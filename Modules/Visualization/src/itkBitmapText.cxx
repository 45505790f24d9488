// SPDX-License-Identifier: Apache-2.0
// Copyright ITKTorch contributors
#include "itkBitmapText.h"

#include <algorithm>
#include <cstdint>

namespace itk
{
namespace BitmapText
{
namespace
{
constexpr int columns = 5;
constexpr int rows = 9;
constexpr int spaceWidth = 3;

// From ' ' to '~': rows of 5 bits, the upper left dot in bit 44; the baseline is below row 6.
constexpr std::uint64_t glyphs[95] = {
  0x000000000000, 0x108421004000, 0x14a500000000, 0x0a57d5f52800, 0x047d1c5f1000, 0x19c88889cc00, 0x0c9499393400,
  0x108400000000, 0x044421041000, 0x104108444000, 0x00255d520000, 0x00213e420000, 0x000000042200, 0x00003c000000,
  0x0000000c6000, 0x010888884000, 0x0e8c6318b800, 0x046508427c00, 0x0e8844447c00, 0x0e884c18b800, 0x0232a5f10800,
  0x1f878218b800, 0x0e843d18b800, 0x1f0884421000, 0x0e8c5d18b800, 0x0e8c5e10b800, 0x00c6000c6000, 0x00c600042200,
  0x022220820800, 0x000781e00000, 0x104104444000, 0x0e8844401000, 0x0e8deb783800, 0x045463f8c400, 0x1e8c7d18f800,
  0x0e8c2108b800, 0x1e8c6318f800, 0x1f843d087c00, 0x1f843d084000, 0x0e8c2f18bc00, 0x118c7f18c400, 0x1c4210847000,
  0x071084293000, 0x119531494400, 0x108421087c00, 0x11dd6b18c400, 0x11ce6b39c400, 0x0e8c6318b800, 0x1e8c7d084000,
  0x0e8c63593400, 0x1e8c7d494400, 0x0f841c10f800, 0x1f2108421000, 0x118c6318b800, 0x118c62a51000, 0x118c6b5dc400,
  0x118a88a8c400, 0x118a88421000, 0x1f0888887c00, 0x1c8421087000, 0x108208208400, 0x1c2108427000, 0x045440000000,
  0x0000000003e0, 0x104000000000, 0x000382f8bc00, 0x1087a318f800, 0x0003e1083c00, 0x010be318bc00, 0x0003a3f83c00,
  0x064790842000, 0x0003e318bc2e, 0x1087a318c400, 0x080610847000, 0x040308421098, 0x1084a98a4800, 0x184210841000,
  0x0007ab5ad400, 0x0007a318c400, 0x0003a318b800, 0x0007a318fa10, 0x0003e318bc21, 0x0005b1084000, 0x0003e0e0f800,
  0x084790841800, 0x00046318bc00, 0x000463151000, 0x00046b5aa800, 0x000454454400, 0x00046318bc2e, 0x0007c4447c00,
  0x064220841800, 0x108421084000, 0x182104426000, 0x00026c000000
};

class Glyph
{
public:
  explicit Glyph(char character)
    : m_Dots(glyphs[(character < ' ' || character > '~' ? '?' : character) - ' '])
  {
    for (int i = 0; i < columns * rows; ++i)
    {
      if (this->Dot(i % columns, i / columns))
      {
        m_Width = std::max(m_Width, i % columns + 1);
      }
    }
    m_Width = m_Width == 0 ? spaceWidth : m_Width;
  }

  int
  Width() const
  {
    return m_Width;
  }

  bool
  Dot(int column, int row) const
  {
    return column >= 0 && column < columns && row >= 0 && row < rows &&
           ((m_Dots >> (columns * rows - 1 - (row * columns + column))) & 1u) != 0;
  }

  // At twice the size; the steps of diagonals are filled.
  bool
  Pixel(int x, int y) const
  {
    const int  column = x / 2;
    const int  row = y / 2;
    const bool side = this->Dot(column + (x % 2 == 0 ? -1 : 1), row);
    const bool otherSide = this->Dot(column + (x % 2 == 0 ? 1 : -1), row);
    const bool end = this->Dot(column, row + (y % 2 == 0 ? -1 : 1));
    const bool otherEnd = this->Dot(column, row + (y % 2 == 0 ? 1 : -1));
    return this->Dot(column, row) || (side && end && !otherSide && !otherEnd);
  }

private:
  std::uint64_t m_Dots;
  int           m_Width{ 0 };
};

// With a dot of space on the right.
int
Advance(char character)
{
  return 2 * (Glyph(character).Width() + 1);
}
} // namespace

int
Width(const std::string & text)
{
  int width = 0;
  for (const char character : text)
  {
    width += Advance(character);
  }
  return std::max(0, width - 2);
}

std::vector<std::string>
Wrap(const std::string & text, int width)
{
  std::vector<std::string> lines;
  std::size_t              begin = 0;
  while (begin < text.size())
  {
    std::size_t length = 1;
    while (begin + length < text.size() && Width(text.substr(begin, length + 1)) <= width)
    {
      ++length;
    }
    const bool isLast = begin + length == text.size();
    const auto space = isLast ? std::string::npos : text.rfind(' ', begin + length);
    const bool atSpace = space != std::string::npos && space > begin;
    const auto end = atSpace ? space : begin + length;
    lines.push_back(text.substr(begin, end - begin));
    begin = atSpace ? end + 1 : end;
  }
  return lines;
}

void
Draw(ImageType * image, int x, int y, const std::string & text, const ColorType & color)
{
  for (const char character : text)
  {
    const Glyph glyph(character);
    for (int i = 0; i < 2 * columns * 2 * rows; ++i)
    {
      const int                  glyphX = i % (2 * columns);
      const int                  glyphY = i / (2 * columns);
      const ImageType::IndexType index{ { x + glyphX, y + glyphY } };
      if (glyph.Pixel(glyphX, glyphY) && image->GetBufferedRegion().IsInside(index))
      {
        image->SetPixel(index, color);
      }
    }
    x += Advance(character);
  }
}
} // namespace BitmapText
} // namespace itk
