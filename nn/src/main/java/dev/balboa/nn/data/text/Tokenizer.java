package dev.balboa.nn.data.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts text into tokens.
 *
 * <p>Thread rule: immutable.
 */
public enum Tokenizer {
  /** Every Unicode character is a token; joining them gives the text back. */
  CHARACTERS {
    @Override
    public List<String> tokens(String text) {
      return text.codePoints().mapToObj(Character::toString).toList();
    }

    @Override
    public String join(List<String> tokens) {
      return String.join("", tokens);
    }
  },

  /**
   * Words in lower case, numbers, and every other visible character on its own; an apostrophe
   * between letters belongs to its word. Joining puts spaces between tokens.
   */
  WORDS {
    @Override
    public List<String> tokens(String text) {
      List<String> tokens = new ArrayList<>();
      Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
      while (matcher.find()) {
        tokens.add(matcher.group());
      }
      return tokens;
    }

    @Override
    public String join(List<String> tokens) {
      return String.join(" ", tokens);
    }
  };

  private static final Pattern WORD =
      Pattern.compile("[\\p{L}\\p{M}]+(?:['’][\\p{L}\\p{M}]+)*|\\p{N}+|[^\\s\\p{Cntrl}]");

  /** The tokens of a text, in order. */
  public abstract List<String> tokens(String text);

  /** A text of these tokens. */
  public abstract String join(List<String> tokens);
}
