package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A checked equation of {@link Products#einsum} over operands of known shapes. An index is a
 * number: that of its letter, or {@value #ELLIPSIS} and more for the axes of an ellipsis, counted
 * from the last one.
 *
 * @param operands the indices of each operand's axes
 * @param output the indices of the output's axes
 * @param sizes the size of each index
 */
record EinsumEquation(
    List<List<Integer>> operands, List<Integer> output, Map<Integer, Long> sizes) {
  private static final int ELLIPSIS = 1 << 16;
  private static final String DOTS = "...";
  private static final Pattern TERM = Pattern.compile("[A-Za-z]*(\\.\\.\\.)?[A-Za-z]*");

  static EinsumEquation of(String equation, List<Shape> shapes) {
    String text = equation.replace(" ", "");
    int arrow = text.indexOf("->");
    String left = arrow < 0 ? text : text.substring(0, arrow);
    String[] terms = left.split(",", -1);
    if (terms.length != shapes.size()) {
      throw fail(
          equation, "expected " + terms.length + " operands, got " + shapes.size() + ": " + shapes);
    }
    List<List<Integer>> operands = new ArrayList<>();
    Map<Integer, Long> sizes = new HashMap<>();
    int dots = 0;
    for (int i = 0; i < terms.length; i++) {
      checkTerm(equation, terms[i]);
      List<Integer> indices = indices(equation, terms[i], i, shapes.get(i));
      operands.add(indices);
      dots = Math.max(dots, (int) indices.stream().filter(EinsumEquation::isEllipsis).count());
      measure(equation, indices, shapes.get(i), sizes);
    }
    List<Integer> output =
        arrow < 0
            ? implicit(operands, dots)
            : explicit(equation, text.substring(arrow + 2), dots, sizes);
    return new EinsumEquation(List.copyOf(operands), List.copyOf(output), Map.copyOf(sizes));
  }

  static boolean isEllipsis(int index) {
    return index >= ELLIPSIS;
  }

  private static IllegalArgumentException fail(String equation, String message) {
    return new IllegalArgumentException("einsum: " + message + " (in '" + equation + "')");
  }

  private static void checkTerm(String equation, String term) {
    Matcher m = TERM.matcher(term);
    if (!m.matches()) {
      throw fail(equation, "expected letters and at most one ellipsis '...', got '" + term + "'");
    }
  }

  private static List<Integer> indices(String equation, String term, int operand, Shape shape) {
    boolean open = term.contains(DOTS);
    int letters = term.length() - (open ? DOTS.length() : 0);
    if (open ? shape.rank() < letters : shape.rank() != letters) {
      throw fail(
          equation,
          "expected operand %d of rank %d%s for '%s', got %s"
              .formatted(operand, letters, open ? " or more" : "", term, shape));
    }
    return expand(term, shape.rank() - letters);
  }

  /** The indices of a term whose ellipsis has so many axes. */
  private static List<Integer> expand(String term, int dots) {
    List<Integer> indices = new ArrayList<>();
    int at = term.indexOf(DOTS);
    String before = at < 0 ? term : term.substring(0, at);
    before.chars().forEach(indices::add);
    if (at >= 0) {
      for (int i = dots - 1; i >= 0; i--) {
        indices.add(ELLIPSIS + i);
      }
      term.substring(at + DOTS.length()).chars().forEach(indices::add);
    }
    return indices;
  }

  /** Notes the sizes of an operand's indices; the axes of ellipses broadcast. */
  private static void measure(
      String equation, List<Integer> indices, Shape shape, Map<Integer, Long> sizes) {
    for (int i = 0; i < indices.size(); i++) {
      int index = indices.get(i);
      long size = shape.dim(i);
      long known = sizes.getOrDefault(index, size);
      boolean broadcasts = isEllipsis(index) && (size == 1 || known == 1);
      if (known != size && !broadcasts) {
        throw fail(
            equation,
            "expected size %d of index %s, got %s"
                .formatted(known, isEllipsis(index) ? DOTS : Character.toString(index), shape));
      }
      sizes.put(index, known == 1 ? size : known);
    }
  }

  /** The ellipsis, then the letters that occur once, in the order of the alphabet. */
  private static List<Integer> implicit(List<List<Integer>> operands, int dots) {
    List<Integer> output = new ArrayList<>(expand(DOTS, dots));
    Map<Integer, Integer> counts = new TreeMap<>();
    operands.forEach(term -> term.forEach(index -> counts.merge(index, 1, Integer::sum)));
    counts.forEach((index, count) -> {
      if (count == 1 && !isEllipsis(index)) {
        output.add(index);
      }
    });
    return output;
  }

  private static List<Integer> explicit(
      String equation, String term, int dots, Map<Integer, Long> sizes) {
    checkTerm(equation, term);
    List<Integer> output = expand(term, dots);
    Set<Integer> seen = new HashSet<>();
    for (int index : output) {
      if (!sizes.containsKey(index)) {
        throw fail(
            equation,
            "expected output indices of operands, got '" + Character.toString(index) + "'");
      }
      if (!seen.add(index)) {
        throw fail(
            equation,
            "expected each output index once, got '" + Character.toString(index) + "' again");
      }
    }
    return output;
  }
}
