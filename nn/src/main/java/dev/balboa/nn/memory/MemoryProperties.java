package dev.balboa.nn.memory;

import java.util.function.UnaryOperator;

/** Reads {@link Allocator.Options} from {@code balboa.memory.*} properties. */
final class MemoryProperties {
  private MemoryProperties() {}

  static Allocator.Options read(UnaryOperator<String> properties) {
    Allocator.Options d = Allocator.Options.defaults();
    return d.withPoison(flag(properties, "balboa.memory.poison"))
        .withGuardBytes(flag(properties, "balboa.memory.guard"))
        .withLeakTracking(flag(properties, "balboa.memory.leaks"))
        .withLimitBytes(bytes(properties, "balboa.memory.limit", d.limitBytes()))
        .withMaxPooledBytes(bytes(properties, "balboa.memory.pool", d.maxPooledBytes()));
  }

  private static boolean flag(UnaryOperator<String> properties, String name) {
    String value = properties.apply(name);
    return switch (value) {
      case null -> false;
      case "true", "" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              name + ": expected true or false, got '" + value + "'");
    };
  }

  private static long bytes(UnaryOperator<String> properties, String name, long fallback) {
    String value = properties.apply(name);
    if (value == null) {
      return fallback;
    }
    if (!value.matches("[0-9]{1,15}[kKmMgG]?")) {
      throw notASize(name, value);
    }
    int digits = value.length() - (Character.isDigit(value.charAt(value.length() - 1)) ? 0 : 1);
    int shift =
        switch (value.substring(digits)) {
          case "k", "K" -> 10;
          case "m", "M" -> 20;
          case "g", "G" -> 30;
          default -> 0;
        };
    long number = Long.parseLong(value.substring(0, digits));
    if (number > Long.MAX_VALUE >> shift) {
      throw notASize(name, value);
    }
    return number << shift;
  }

  private static IllegalArgumentException notASize(String name, String value) {
    return new IllegalArgumentException(
        name + ": expected a number of bytes such as 512M, got '" + value + "'");
  }
}
