package dev.balboa.nn.cases;

import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.List;

/** A random equation of einsum and the shapes of its operands. */
record Equations(String equation, List<Shape> shapes) {
  private static final String LETTERS = "ijkabZ";

  /** One to three operands over a few letters, some with an ellipsis, some with diagonals. */
  static Equations random(Draw d) {
    long[] sizes = new long[LETTERS.length()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = d.smooth() ? d.between(1, 3) : d.chance(0.02) ? 0 : d.between(1, 5);
    }
    long[] dots = {d.between(1, 3), d.between(1, 3)};
    int operands = d.between(1, 3);
    List<String> terms = new ArrayList<>();
    List<Shape> shapes = new ArrayList<>();
    StringBuilder letters = new StringBuilder();
    boolean open = false;
    for (int o = 0; o < operands; o++) {
      Shape shape = Shape.scalar();
      StringBuilder term = new StringBuilder();
      int rank = d.between(0, 3);
      int ellipsis = d.chance(0.3) ? d.between(0, rank) : -1;
      for (int i = 0; i <= rank; i++) {
        if (i == ellipsis) {
          open = true;
          term.append("...");
          for (int k = d.between(0, 2); k > 0; k--) {
            shape = shape.append(d.chance(0.3) ? 1 : dots[k - 1]);
          }
        }
        if (i < rank) {
          int at = d.between(0, LETTERS.length() - 1);
          term.append(LETTERS.charAt(at));
          letters.append(LETTERS.charAt(at));
          shape = shape.append(sizes[at]);
        }
      }
      terms.add(term.toString());
      shapes.add(shape);
    }
    String left = String.join(d.flip() ? "," : ", ", terms);
    return new Equations(d.chance(0.2) ? left : left + output(d, letters.toString(), open), shapes);
  }

  private static String output(Draw d, String letters, boolean open) {
    List<String> parts =
        new ArrayList<>(
            letters
                .chars()
                .distinct()
                .filter(_ -> d.chance(0.6))
                .mapToObj(Character::toString)
                .toList());
    if (open && d.chance(0.8)) {
      parts.add("...");
    }
    d.shuffle(parts);
    return "->" + String.join("", parts);
  }
}
