package dev.balboa.nn.data.text;

import dev.balboa.nn.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Tokens and their indices. Index 0 is {@link #PADDING}, 1 is {@link #UNKNOWN}, which stands for
 * every token that is not in the vocabulary; the others follow from the most frequent on, as
 * frequent ones in order of their UTF-16 code units.
 *
 * <p>Thread rule: immutable.
 */
public final class Vocabulary {
  /** The token that fills short sequences up, index 0. */
  public static final String PADDING = "<pad>";

  /** The token for everything that is not in the vocabulary, index 1. */
  public static final String UNKNOWN = "<unk>";

  private final Tokenizer tokenizer;
  private final List<String> tokens;
  private final Map<String, Integer> indices = new HashMap<>();

  private Vocabulary(Tokenizer tokenizer, List<String> tokens) {
    this.tokenizer = tokenizer;
    this.tokens = List.copyOf(tokens);
    for (int i = 0; i < tokens.size(); i++) {
      indices.put(tokens.get(i), i);
    }
  }

  /** All tokens of these texts. */
  public static Vocabulary of(Iterable<String> texts, Tokenizer tokenizer) {
    return of(texts, tokenizer, Integer.MAX_VALUE, 1);
  }

  /**
   * The most frequent tokens of these texts.
   *
   * @param most how many at most, the two special ones included
   * @param leastCount how often a token must occur
   */
  public static Vocabulary of(
      Iterable<String> texts, Tokenizer tokenizer, int most, int leastCount) {
    if (most < 3 || leastCount < 1) {
      throw new IllegalArgumentException(
          "vocabulary: expected at least 3 tokens and a count >= 1, got "
              + most
              + " and "
              + leastCount);
    }
    Map<String, Integer> counts = new HashMap<>();
    for (String text : texts) {
      for (String token : tokenizer.tokens(text)) {
        counts.merge(token, 1, Math::addExact);
      }
    }
    counts.keySet().removeAll(List.of(PADDING, UNKNOWN));
    List<String> tokens = new ArrayList<>(List.of(PADDING, UNKNOWN));
    counts.entrySet().stream()
        .filter(entry -> entry.getValue() >= leastCount)
        .sorted(
            Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(most - 2L)
        .forEach(entry -> tokens.add(entry.getKey()));
    return new Vocabulary(tokenizer, tokens);
  }

  /** How many tokens there are, the two special ones included. */
  public int size() {
    return tokens.size();
  }

  /** The token of an index. */
  public String token(int index) {
    return tokens.get(index);
  }

  /** The index of a token, 1 if it is not known. */
  public int index(String token) {
    return indices.getOrDefault(token, 1);
  }

  /** What cuts text into these tokens. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The indices of a text's tokens. */
  public int[] encode(String text) {
    return tokenizer.tokens(text).stream().mapToInt(this::index).toArray();
  }

  /** The text of these indices, without padding. */
  public String decode(int... encoded) {
    return tokenizer.join(
        IntStream.of(encoded).filter(index -> index != 0).mapToObj(this::token).toList());
  }

  /**
   * Writes the vocabulary, replacing the file atomically: UTF-8, the tokenizer in the first line,
   * then a token a line, with {@code \\}, {@code \n} and {@code \r} for what would break a line.
   */
  public void save(Path file) throws IOException {
    StringBuilder text = new StringBuilder("balboa vocabulary 1 " + tokenizer + "\n");
    for (String token : tokens) {
      text.append(token.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"));
      text.append('\n');
    }
    AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws IOException if the file is something else
   */
  public static Vocabulary load(Path file) throws IOException {
    String text = Files.readString(file);
    for (Tokenizer tokenizer : Tokenizer.values()) {
      String head = "balboa vocabulary 1 " + tokenizer + "\n" + PADDING + "\n" + UNKNOWN + "\n";
      if (text.startsWith(head) && text.endsWith("\n")) {
        return new Vocabulary(tokenizer, tokens(file, text));
      }
    }
    throw new IOException(file + ": expected a vocabulary");
  }

  private static List<String> tokens(Path file, String text) throws IOException {
    String[] lines = text.split("\n", -1);
    List<String> tokens = new ArrayList<>();
    for (int i = 1; i < lines.length - 1; i++) {
      tokens.add(unescape(file, i + 1, lines[i]));
    }
    if (tokens.stream().distinct().count() != tokens.size()) {
      throw new IOException(file + ": expected tokens that differ");
    }
    return tokens;
  }

  private static String unescape(Path file, int line, String text) throws IOException {
    StringBuilder token = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
        c =
            switch (i < text.length() ? text.charAt(i) : 0) {
              case '\\' -> '\\';
              case 'n' -> '\n';
              case 'r' -> '\r';
              default ->
                  throw new IOException(file + ", line " + line + ": a backslash before nothing");
            };
      }
      token.append(c);
    }
    return token.toString();
  }
}
