package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Products;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Einstein's notation against its definition: one nested loop over every index. */
final class EinsumDefinitionTest {
  /** An operand's indices: letters, and digits for the axes of the ellipsis from the last one. */
  private static String indices(String term, int rank) {
    int at = term.indexOf("...");
    if (at < 0) {
      return term;
    }
    StringBuilder dots = new StringBuilder();
    for (int i = rank - (term.length() - 3) - 1; i >= 0; i--) {
      dots.append(i);
    }
    return term.substring(0, at) + dots + term.substring(at + 3);
  }

  @Test
  void agreesWithNestedLoops() {
    for (int seed = 0; seed < 600; seed++) {
      Equations e = Equations.random(new Draw(seed, Draw.Purpose.EQUIVALENCE, DType.F64));
      check(e, seed);
    }
  }

  private static void check(Equations e, int seed) {
    try (var _ = Execution.on(Executors.reference());
        var _ = Scope.open()) {
      List<double[]> elements = new ArrayList<>();
      for (int i = 0; i < e.shapes().size(); i++) {
        elements.add(Runs.numbers(Draw.count(e.shapes().get(i)), seed + 31L * i));
      }
      Tensor[] operands = new Tensor[elements.size()];
      Arrays.setAll(
          operands,
          i -> Placing.dense(new TensorSpec(e.shapes().get(i), DType.F64), elements.get(i)));
      Tensor y = Products.einsum(e.equation(), operands);
      Loops loops = new Loops(e);
      assertThat(y.shape()).as(e.toString()).isEqualTo(loops.outputShape());
      assertThat(y.toDoubles())
          .as(e.toString())
          .containsExactly(loops.run(elements), within(1e-11));
    }
  }

  /** The sum over all values of all indices. */
  private static final class Loops {
    private final List<String> terms = new ArrayList<>();
    private final List<Shape> shapes;
    private final String output;
    private final String all;
    private final long[] sizes;

    Loops(Equations e) {
      shapes = e.shapes();
      String text = e.equation().replace(" ", "");
      String[] sides = text.split("->", -1);
      String[] written = sides[0].split(",", -1);
      int dots = 0;
      for (int i = 0; i < written.length; i++) {
        terms.add(indices(written[i], shapes.get(i).rank()));
        dots = Math.max(dots, (int) terms.get(i).chars().filter(Character::isDigit).count());
      }
      String joined = String.join("", terms);
      if (sides.length > 1) {
        int at = sides[1].replace("...", "").length();
        output = indices(sides[1], at + dots);
      } else {
        StringBuilder once = new StringBuilder(indices("...", dots));
        new TreeSet<>(joined.chars().filter(Character::isLetter).boxed().toList())
            .stream()
                .filter(c -> joined.indexOf(c) == joined.lastIndexOf(c))
                .forEach(c -> once.append((char) (int) c));
        output = once.toString();
      }
      StringBuilder distinct = new StringBuilder();
      (output + joined).chars().distinct().forEach(c -> distinct.append((char) c));
      all = distinct.toString();
      sizes = new long[all.length()];
      Arrays.fill(sizes, 1);
      for (int i = 0; i < terms.size(); i++) {
        for (int axis = 0; axis < terms.get(i).length(); axis++) {
          int at = all.indexOf(terms.get(i).charAt(axis));
          long size = shapes.get(i).dim(axis);
          sizes[at] = sizes[at] == 1 ? size : sizes[at];
        }
      }
    }

    Shape outputShape() {
      return Shape.of(Arrays.copyOf(sizes, output.length()));
    }

    double[] run(List<double[]> elements) {
      Shape space = Shape.of(sizes);
      double[] y = new double[Draw.count(outputShape())];
      for (int i = 0; i < space.size(); i++) {
        long[] at = Indices.of(i, space);
        double product = 1;
        for (int o = 0; o < terms.size(); o++) {
          product *= elements.get(o)[(int) offset(terms.get(o), shapes.get(o), at)];
        }
        y[(int) offset(output, outputShape(), at)] += product;
      }
      return y;
    }

    private long offset(String term, Shape shape, long... at) {
      long offset = 0;
      for (int axis = 0; axis < term.length(); axis++) {
        long index = shape.dim(axis) == 1 ? 0 : at[all.indexOf(term.charAt(axis))];
        offset = offset * shape.dim(axis) + index;
      }
      return offset;
    }
  }
}
