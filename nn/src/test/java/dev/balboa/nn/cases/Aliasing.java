package dev.balboa.nn.cases;

import dev.balboa.nn.op.InPlaceOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Samples whose inputs share memory: the very same tensor twice, or two views of one block of which
 * the second starts inside of the first. In-place operations refuse that, so there are none of
 * them.
 */
final class Aliasing {
  private Aliasing() {}

  /** Two inputs, by their numbers. */
  private record Pair(int first, int second) {}

  /** The sample with one tensor for two of its inputs, if two are alike. */
  static Optional<Sample> same(Draw d, Sample s) {
    return pick(d, s, true)
        .map(p -> replaced(s, p.second, Input.same(p.first, s.inputs().get(p.first))));
  }

  /** The sample with two of its inputs in one block, if two are of one type. */
  static Optional<Sample> overlapping(Draw d, Sample s) {
    return pick(d, s, false).map(p -> overlapping(d, s, p));
  }

  private static Sample overlapping(Draw d, Sample s, Pair p) {
    Input first = s.inputs().get(p.first);
    Input second = s.inputs().get(p.second);
    int shift = d.between(0, first.elements().length - 1);
    double[] shared = second.elements().clone();
    for (int i = 0; i < shared.length && i + shift < first.elements().length; i++) {
      shared[i] = first.elements()[i + shift];
    }
    Placement inside = new Placement.Overlapping(p.first, shift);
    Sample dense = replaced(s, p.first, first.placed(new Placement.Dense()));
    return replaced(dense, p.second, second.with(shared).placed(inside));
  }

  private static Sample replaced(Sample s, int at, Input input) {
    List<Input> inputs = new ArrayList<>(s.inputs());
    inputs.set(at, input);
    return new Sample(s.applied(), List.copyOf(inputs));
  }

  private static Optional<Pair> pick(Draw d, Sample s, boolean alike) {
    if (s.applied() instanceof Sample.AnOp(InPlaceOp _)) {
      return Optional.empty();
    }
    List<Pair> pairs = new ArrayList<>();
    for (int j = 1; j < s.inputs().size(); j++) {
      for (int i = 0; i < j; i++) {
        if (fit(s.inputs().get(i), s.inputs().get(j), alike) && isFree(s, i) && isFree(s, j)) {
          pairs.add(new Pair(i, j));
        }
      }
    }
    return pairs.isEmpty()
        ? Optional.empty()
        : Optional.of(pairs.get(d.between(0, pairs.size() - 1)));
  }

  /** Whether the second may have the numbers of the first. */
  private static boolean fit(Input first, Input second, boolean alike) {
    boolean shapes =
        alike ? first.spec().equals(second.spec()) : first.spec().dtype() == second.spec().dtype();
    boolean filled = first.elements().length > 0 && second.elements().length > 0;
    return shapes
        && filled
        && first.spec().dtype().isFloating()
        && first.differentiable() == second.differentiable()
        && (lowest(second) < 0 || lowest(first) >= 0)
        && (lowest(second) <= 0 || lowest(first) > 0)
        && (highest(second) > 1 || highest(first) <= 1);
  }

  private static double lowest(Input in) {
    return Arrays.stream(in.elements()).min().orElse(0);
  }

  private static double highest(Input in) {
    return Arrays.stream(in.elements()).max().orElse(0);
  }

  /** Whether the input shares nothing yet. */
  private static boolean isFree(Sample s, int i) {
    return s.inputs().get(i).sameAs() < 0
        && !(s.inputs().get(i).placement() instanceof Placement.Overlapping)
        && s.inputs().stream()
            .noneMatch(in ->
                in.sameAs() == i
                    || (in.placement() instanceof Placement.Overlapping o && o.other() == i));
  }
}
