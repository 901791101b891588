package dev.balboa.examples.lm;

import dev.balboa.examples.data.Apt;
import dev.balboa.examples.data.DataCache;
import dev.balboa.examples.data.DataUnavailableException;
import dev.balboa.examples.data.FetchData;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A text, a verse a line, cut into what is trained on and what is held out: one of {@link
 * #PORTIONS} portions of {@link #PORTION} verses on end.
 *
 * @param name for messages
 * @param training text
 * @param heldOut text
 */
record Corpus(String name, String training, String heldOut) {
  /** Verses that stay together. */
  static final int PORTION = 100;

  /** Every so many-th portion is held out. */
  static final int PORTIONS = 20;

  private static final Pattern NOTES = Pattern.compile("<(note|title)\\b.*?</\\1>", Pattern.DOTALL);
  private static final Pattern TAGS = Pattern.compile("<[^>]*>");
  private static final Pattern SIGNS = Pattern.compile("[¶\\\\\\s]+");

  /** The King James Bible, fetched once with apt; the embedded text, loudly, if that fails. */
  static Corpus fetched(PrintStream log) throws IOException {
    try {
      return kingJames(FetchData.KING_JAMES.fetch(DataCache.directory(), Apt.onPath(), log));
    } catch (DataUnavailableException e) {
      log.println("the King James Bible cannot be fetched: " + e.getMessage());
      log.println("TRAINING ON THE EMBEDDED FIRST CHAPTERS OF GENESIS INSTEAD");
      return embedded();
    }
  }

  /** From the files of the SWORD module. */
  static Corpus kingJames(Path directory) throws IOException {
    List<String> verses = new ArrayList<>(ZText.verses(directory, "ot"));
    verses.addAll(ZText.verses(directory, "nt"));
    return of(
        "King James Bible", verses.stream().map(Corpus::plain).filter(v -> !v.isEmpty()).toList());
  }

  /** The first chapters of Genesis. */
  static Corpus embedded() throws IOException {
    try (InputStream in = Corpus.class.getResourceAsStream("genesis.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return split("first chapters of Genesis (embedded)", text.lines().toList(), 8, 10);
    }
  }

  /** A verse without markup, notes, headings and paragraph signs. */
  static String plain(String osis) {
    String text = TAGS.matcher(NOTES.matcher(osis).replaceAll("")).replaceAll("");
    return SIGNS.matcher(text).replaceAll(" ").strip();
  }

  /** From verses. */
  static Corpus of(String name, List<String> verses) {
    return split(name, verses, PORTION, PORTIONS);
  }

  private static Corpus split(String name, List<String> verses, int portion, int portions) {
    StringBuilder training = new StringBuilder();
    StringBuilder heldOut = new StringBuilder();
    for (int i = 0; i < verses.size(); i++) {
      boolean held = i / portion % portions == portions - 1;
      (held ? heldOut : training).append(verses.get(i)).append('\n');
    }
    return new Corpus(name, training.toString(), heldOut.toString());
  }

  /** What is in it. */
  String description() {
    return String.format(
        Locale.ROOT,
        "%s, %,d characters to train on and %,d held out",
        name,
        training.length(),
        heldOut.length());
  }
}
