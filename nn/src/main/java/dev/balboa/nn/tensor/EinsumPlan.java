package dev.balboa.nn.tensor;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The steps that compute an equation of {@link Products#einsum}: diagonals, sums over what one
 * operand alone has, products of two operands at a time, the cheapest first, and the order of the
 * output's axes. A function of the equation and the shapes, so it is kept for the next time.
 * Immutable.
 */
final class EinsumPlan {
  private static final int KEPT = 256;

  /** The plans used last; guarded by itself. */
  private static final Map<Key, EinsumPlan> PLANS =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, EinsumPlan> eldest) {
          return size() > KEPT;
        }
      };

  private record Key(String equation, List<Shape> shapes) {}

  /** Replaces operands by what is computed from them. */
  @FunctionalInterface
  private interface Step {
    void run(List<Tensor> operands);
  }

  private final List<Step> steps = new ArrayList<>();

  /** The indices of the operands that are left, while the plan is made. */
  private final List<List<Integer>> terms = new ArrayList<>();

  private final EinsumEquation equation;

  private EinsumPlan(EinsumEquation equation, List<Shape> shapes) {
    this.equation = equation;
    for (int i = 0; i < shapes.size(); i++) {
      terms.add(new ArrayList<>(equation.operands().get(i)));
      dropBroadcast(i, shapes.get(i));
      takeDiagonals(i);
    }
    while (terms.size() > 1) {
      contractCheapest();
    }
    sumOthers(0, Set.copyOf(equation.output()));
    arrange(0, equation.output());
  }

  static EinsumPlan of(String equation, List<Shape> shapes) {
    Key key = new Key(equation, shapes);
    synchronized (PLANS) {
      return PLANS.computeIfAbsent(
          key, k -> new EinsumPlan(EinsumEquation.of(k.equation(), k.shapes()), k.shapes()));
    }
  }

  Tensor run(Tensor... operands) {
    List<Tensor> left = new ArrayList<>(Arrays.asList(operands));
    steps.forEach(step -> step.run(left));
    return left.get(0);
  }

  private long size(int index) {
    return equation.sizes().get(index);
  }

  private void change(int i, UnaryOperator<Tensor> f) {
    steps.add(operands -> operands.set(i, f.apply(operands.get(i))));
  }

  /** Leaves out the axes of size one that broadcast against others of an ellipsis. */
  private void dropBroadcast(int i, Shape shape) {
    List<Integer> term = terms.get(i);
    for (int axis = term.size() - 1; axis >= 0; axis--) {
      if (shape.dim(axis) != size(term.get(axis))) {
        int dropped = axis;
        change(i, t -> t.squeeze(dropped));
        term.remove(/* index */ axis);
      }
    }
  }

  /** Of an index that occurs twice, the elements where both are equal. */
  private void takeDiagonals(int i) {
    List<Integer> term = terms.get(i);
    for (int index : List.copyOf(new LinkedHashSet<>(term))) {
      while (term.indexOf(index) != term.lastIndexOf(index)) {
        int first = term.indexOf(index);
        int second = term.lastIndexOf(index);
        int[] axes =
            IntStream.concat(
                    IntStream.range(0, term.size()).filter(a -> a != first && a != second),
                    IntStream.of(first, second))
                .toArray();
        change(i, t -> diagonal(t.permute(axes)));
        List<Integer> before = List.copyOf(term);
        term.clear();
        Arrays.stream(axes, 0, axes.length - 1).map(before::get).forEach(term::add);
      }
    }
  }

  /** The diagonal of the last two axes of n elements, every (n + 1)-th, as the last axis. */
  private static Tensor diagonal(Tensor t) {
    int lead = t.shape().rank() - 2;
    long n = t.shape().dim(-1);
    Shape flat = t.shape().slice(0, lead).append(n * n);
    List<Long> start = new ArrayList<>(Collections.nCopies(lead + 1, 0L));
    List<Long> step = new ArrayList<>(Collections.nCopies(lead + 1, 1L));
    step.set(lead, n + 1);
    Slice slice = new Slice(start, flat.toList(), step);
    return Tensor.apply(slice, t.reshape(flat.dims())).get(0);
  }

  private static int[] array(List<Integer> axes) {
    return axes.stream().mapToInt(a -> a).toArray();
  }

  /** Sums over the indices that are not needed. */
  private void sumOthers(int i, Set<Integer> needed) {
    List<Integer> term = terms.get(i);
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < term.size(); axis++) {
      if (!needed.contains(term.get(axis))) {
        axes.add(axis);
      }
    }
    if (!axes.isEmpty()) {
      int[] over = array(axes);
      change(i, t -> t.sum(over));
      term.removeIf(index -> !needed.contains(index));
    }
  }

  private void arrange(int i, List<Integer> wanted) {
    List<Integer> term = terms.get(i);
    if (!term.equals(wanted)) {
      int[] axes = wanted.stream().mapToInt(term::indexOf).toArray();
      change(i, t -> t.permute(axes));
      terms.set(i, new ArrayList<>(wanted));
    }
  }

  /** The indices that the output or an operand other than two has. */
  private Set<Integer> needed(int a, int b) {
    Set<Integer> needed = new HashSet<>(equation.output());
    for (int i = 0; i < terms.size(); i++) {
      if (i != a && i != b) {
        needed.addAll(terms.get(i));
      }
    }
    return needed;
  }

  /** Multiplies the two operands whose product takes the fewest steps. */
  private void contractCheapest() {
    int bestA = 0;
    int bestB = 1;
    double least = Double.POSITIVE_INFINITY;
    for (int a = 0; a < terms.size(); a++) {
      for (int b = a + 1; b < terms.size(); b++) {
        double cost = cost(a, b);
        if (cost < least) {
          least = cost;
          bestA = a;
          bestB = b;
        }
      }
    }
    contract(bestA, bestB);
  }

  private double cost(int a, int b) {
    Set<Integer> all = new HashSet<>(terms.get(a));
    all.addAll(terms.get(b));
    return all.stream().mapToDouble(this::size).reduce(1, (x, y) -> x * y);
  }

  /** Puts the product of two operands in the place of the first. */
  private void contract(int a, int b) {
    Set<Integer> needed = needed(a, b);
    Set<Integer> beforeA = new HashSet<>(needed);
    beforeA.addAll(terms.get(b));
    sumOthers(a, beforeA);
    Set<Integer> beforeB = new HashSet<>(needed);
    beforeB.addAll(terms.get(a));
    sumOthers(b, beforeB);
    List<Integer> batch = new ArrayList<>(terms.get(a));
    batch.retainAll(terms.get(b));
    List<Integer> inner = new ArrayList<>(batch);
    inner.removeAll(needed);
    batch.retainAll(needed);
    List<Integer> rows = without(terms.get(a), terms.get(b));
    List<Integer> columns = without(terms.get(b), terms.get(a));
    arrange(a, joined(batch, rows, inner));
    arrange(b, joined(batch, inner, columns));
    List<Integer> result = joined(batch, rows, columns);
    steps.add(
        inner.isEmpty()
            ? scale(a, b, batch, rows, columns)
            : product(a, b, batch, rows, inner, columns));
    terms.set(a, result);
    terms.remove(b);
  }

  private static List<Integer> without(List<Integer> term, List<Integer> other) {
    List<Integer> rest = new ArrayList<>(term);
    rest.removeAll(other);
    return rest;
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private static List<Integer> joined(List<Integer>... parts) {
    return new ArrayList<>(Arrays.stream(parts).flatMap(List::stream).toList());
  }

  /** The sizes of indices. */
  private long[] dims(List<Integer> indices) {
    return indices.stream().mapToLong(this::size).toArray();
  }

  private long count(List<Integer> indices) {
    return Shape.of(dims(indices)).size();
  }

  private static void replace(List<Tensor> operands, int a, int b, Tensor result) {
    operands.set(a, result);
    operands.remove(b);
  }

  private Step product(
      int a,
      int b,
      List<Integer> batch,
      List<Integer> rows,
      List<Integer> inner,
      List<Integer> columns) {
    long[] left = {count(batch), count(rows), count(inner)};
    long[] right = {count(batch), count(inner), count(columns)};
    long[] to = dims(joined(batch, rows, columns));
    return operands -> {
      Tensor x = operands.get(a).reshape(left);
      Tensor y = operands.get(b).reshape(right);
      replace(operands, a, b, x.matmul(y).reshape(to));
    };
  }

  /** Nothing is summed: element by element. */
  private Step scale(int a, int b, List<Integer> batch, List<Integer> rows, List<Integer> columns) {
    long[] left = dims(joined(batch, rows));
    long[] wide = Arrays.copyOf(left, left.length + columns.size());
    Arrays.fill(wide, left.length, wide.length, 1);
    long[] right = dims(joined(batch, rows, columns));
    Arrays.fill(right, batch.size(), batch.size() + rows.size(), 1);
    return operands ->
        replace(operands, a, b, operands.get(a).reshape(wide).mul(operands.get(b).reshape(right)));
  }
}
