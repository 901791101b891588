package dev.balboa.nn.io;

/** Puts text of a file into a message: shortened, without characters that do not print. */
final class Quote {
  private static final int SHOWN = 100;

  private Quote() {}

  static String of(String text) {
    StringBuilder out = new StringBuilder("'");
    for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
      char c = text.charAt(i);
      boolean printable = c >= 0x20 && c < 0x7f;
      out.append(printable ? Character.toString(c) : String.format("\\u%04x", (int) c));
    }
    return out.append(text.length() > SHOWN ? "...'" : "'").toString();
  }
}
