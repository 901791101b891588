package dev.balboa.examples.mnist;

/** Draws grey pictures with characters, about as wide as they are high. */
final class AsciiPicture {
  private static final String SHADES = " .:-=+*#%@";
  private static final int SMALL = 16;

  private AsciiPicture() {}

  /**
   * Square pictures: large ones with a character for two rows, small ones with two characters for
   * each pixel.
   *
   * @param pixels unsigned, side x side, 0 is blank
   */
  static String draw(byte[] pixels, int side) {
    StringBuilder out = new StringBuilder();
    boolean small = side < SMALL;
    for (int row = 0; row < side; row += small ? 1 : 2) {
      for (int column = 0; column < side; column++) {
        int upper = Byte.toUnsignedInt(pixels[row * side + column]);
        if (small) {
          out.append(shade(upper)).append(shade(upper));
        } else {
          int next = Math.min(row + 1, side - 1);
          out.append(shade((upper + Byte.toUnsignedInt(pixels[next * side + column])) / 2));
        }
      }
      out.append(System.lineSeparator());
    }
    return out.toString();
  }

  private static char shade(int value) {
    return SHADES.charAt(value * (SHADES.length() - 1) / 255);
  }
}
