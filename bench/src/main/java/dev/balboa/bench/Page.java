package dev.balboa.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Markdown page with a place for the table between two markers. */
final class Page {
  static final String BEGIN = "<!-- scripts/bench: begin -->";
  static final String END = "<!-- scripts/bench: end -->";

  private Page() {}

  /**
   * Puts the text between the markers of the file; IllegalStateException if it has not one of each,
   * in order.
   */
  static void update(Path file, String text) throws IOException {
    Files.writeString(file, replaced(Files.readString(file), text, file.toString()));
  }

  static String replaced(String page, String text, String name) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0
        || end < begin
        || page.indexOf(BEGIN, begin + 1) >= 0
        || page.indexOf(END, end + 1) >= 0) {
      throw new IllegalStateException(
          name + " needs the lines " + BEGIN + " and " + END + " once each, in this order");
    }
    return page.substring(0, begin + BEGIN.length()) + "\n" + text + page.substring(end);
  }
}
