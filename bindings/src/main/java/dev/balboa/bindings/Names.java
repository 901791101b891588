package dev.balboa.bindings;

import java.util.Locale;

/** Spelling of enum constants in messages. */
final class Names {

  private Names() {}

  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
