package dev.balboa.nn.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JSON of a safetensors header and no other: an object of tensors, each an object of exactly
 * {@code dtype}, {@code shape} and {@code data_offsets}, and optionally {@code __metadata__}, an
 * object of strings. Nothing nests deeper, so nothing here recurses.
 *
 * <p>Strict: RFC 8259 with no duplicate keys, no unpaired surrogates, numbers that are integers in
 * [0, 2^63), and nothing but spaces after the object.
 */
final class HeaderJson {
  static final String METADATA = "__metadata__";

  /** Dimensions that a tensor of any library can have. */
  private static final int MAX_DIMS = 64;

  /** A tensor as the header states it, unchecked. */
  record Entry(String dtype, List<Long> shape, List<Long> dataOffsets) {}

  /** Why the text is not a header, and where. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  private static final String SHORT_ESCAPES = "\"\\/bfnrt";
  private static final Pattern INTEGER = Pattern.compile("(0|[1-9][0-9]{0,18})(?![0-9.eE])");
  private static final Pattern UNICODE_ESCAPE = Pattern.compile("u[0-9a-fA-F]{4}");

  private final String text;
  private int at;
  private final Map<String, Entry> tensors = new LinkedHashMap<>();
  private Map<String, String> metadata;

  private HeaderJson(String text) {
    this.text = text;
  }

  static HeaderJson parse(String text) throws Malformed {
    HeaderJson json = new HeaderJson(text);
    json.header();
    return json;
  }

  /** In the order of the text. */
  Map<String, Entry> tensors() {
    return tensors;
  }

  Map<String, String> metadata() {
    return metadata == null ? Map.of() : metadata;
  }

  /** Reads the value of one member of an object. */
  private interface Member {
    void read(String key) throws Malformed;
  }

  private void header() throws Malformed {
    if (peek() != '{') {
      throw expected("'{'");
    }
    object(key -> {
      if (key.equals(METADATA)) {
        Map<String, String> map = new LinkedHashMap<>();
        object(k -> map.put(k, string()));
        metadata = map;
      } else {
        tensors.put(key, entry(key));
      }
    });
    while (at < text.length()) {
      if (text.charAt(at) != ' ') {
        throw expected("nothing but spaces after the object");
      }
      at++;
    }
  }

  private Entry entry(String name) throws Malformed {
    Map<String, String> strings = new HashMap<>();
    Map<String, List<Long>> lists = new HashMap<>();
    object(key -> {
      switch (key) {
        case "dtype" -> strings.put(key, string());
        case "shape", "data_offsets" -> lists.put(key, integers());
        default ->
            throw new Malformed(
                "tensor "
                    + Quote.of(name)
                    + ": expected dtype, shape and data_offsets, got "
                    + Quote.of(key));
      }
    });
    if (strings.isEmpty() || lists.size() < 2) {
      throw new Malformed(
          "tensor "
              + Quote.of(name)
              + ": expected dtype, shape and data_offsets, one is missing (character "
              + at
              + ")");
    }
    return new Entry(strings.get("dtype"), lists.get("shape"), lists.get("data_offsets"));
  }

  private void object(Member member) throws Malformed {
    expect('{');
    Set<String> keys = new HashSet<>();
    if (skip('}')) {
      return;
    }
    do {
      space();
      int start = at;
      String key = string();
      if (!keys.add(key)) {
        throw new Malformed("duplicate key " + Quote.of(key) + " (character " + start + ")");
      }
      expect(':');
      member.read(key);
    } while (skip(','));
    expect('}');
  }

  private List<Long> integers() throws Malformed {
    expect('[');
    List<Long> values = new ArrayList<>();
    if (!skip(']')) {
      do {
        if (values.size() == MAX_DIMS) {
          throw expected("at most " + MAX_DIMS + " numbers");
        }
        values.add(integer());
      } while (skip(','));
      expect(']');
    }
    return values;
  }

  private long integer() throws Malformed {
    space();
    Matcher matcher = INTEGER.matcher(text).region(at, text.length());
    long value = matcher.lookingAt() ? Long.parseUnsignedLong(matcher.group()) : -1;
    if (value < 0) {
      throw expected("an integer in [0, 2^63)");
    }
    at = matcher.end();
    return value;
  }

  private String string() throws Malformed {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (true) {
      int c = peek();
      if (c < 0x20) {
        throw expected(c < 0 ? "the end of a string" : "no control character in a string");
      }
      at++;
      if (c == '"') {
        break;
      }
      out.append(c == '\\' ? escape() : (char) c);
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(out)) {
      throw new Malformed("unpaired surrogate in a string (before character " + at + ")");
    }
    return out.toString();
  }

  private char escape() throws Malformed {
    int simple = SHORT_ESCAPES.indexOf(peek());
    if (simple >= 0) {
      at++;
      return "\"\\/\b\f\n\r\t".charAt(simple);
    }
    if (peek() != 'u' || !UNICODE_ESCAPE.matcher(text).region(at, text.length()).lookingAt()) {
      throw expected("an escape sequence of JSON");
    }
    at += 5;
    return (char) Integer.parseInt(text, at - 4, at, 16);
  }

  private void space() {
    int c = peek();
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      at++;
      c = peek();
    }
  }

  /** Whether the next character that is no space is {@code c}, which is then passed. */
  private boolean skip(char c) {
    space();
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(char c) throws Malformed {
    if (!skip(c)) {
      throw expected("'" + c + "'");
    }
  }

  private int peek() {
    return at < text.length() ? text.charAt(at) : -1;
  }

  private Malformed expected(String what) {
    String got =
        at < text.length() ? Quote.of(text.substring(at, at + 1)) : "the end of the header";
    return new Malformed("expected " + what + " at character " + at + " of the header, got " + got);
  }
}
