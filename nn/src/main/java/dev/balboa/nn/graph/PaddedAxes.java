package dev.balboa.nn.graph;

import dev.balboa.nn.op.AdaptiveAvgPool;
import dev.balboa.nn.op.AdaptiveMaxPool;
import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.ElementwiseOp;
import dev.balboa.nn.op.Expand;
import dev.balboa.nn.op.Gated;
import dev.balboa.nn.op.GroupNorm;
import dev.balboa.nn.op.IndexSelect;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.LogicalReduce;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Prelu;
import dev.balboa.nn.op.PreluBackward;
import dev.balboa.nn.op.Recurrent;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Variance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows padding through a graph: which axes of each value are longer than the data, and that no
 * operation lets what lies in the padding come into what does not. Axes that a reshape has merged
 * are remembered as their factors, so that [N, T, C] to [N T, C] and back keeps track of both. An
 * operation that is not known to keep positions apart is refused.
 */
final class PaddedAxes {
  /** A factor of an axis: its size, and the bucket that it was rounded up for, -1 for none. */
  private record Factor(long size, int bucket) {
    boolean padded() {
      return bucket >= 0;
    }
  }

  private final Graph graph;
  private final List<Bucket> buckets;
  private final Map<Integer, List<List<Factor>>> axes = new HashMap<>();
  private final Set<Integer> stretching = new HashSet<>();
  private Node node;

  PaddedAxes(Graph graph, List<Bucket> buckets) {
    this.graph = graph;
    this.buckets = buckets;
    for (Source source : graph.sources()) {
      axes.put(source.value(), clean(graph.spec(source.value())));
      if (source instanceof Source.Argument a) {
        for (int b = 0; b < buckets.size(); b++) {
          for (Bucket.Axis axis : buckets.get(b).axes()) {
            if (axis.argument() == a.index()) {
              long size = graph.spec(a.value()).shape().dim(axis.axis());
              // One position is never padding.
              axes.get(a.value()).set(axis.axis(), List.of(new Factor(size, size > 1 ? b : -1)));
            }
          }
        }
      }
    }
    for (Node each : graph.nodes()) {
      node = each;
      follow();
    }
  }

  /** For each result the bucket of each axis, -1 for none. */
  List<int[]> results() {
    List<int[]> all = new ArrayList<>();
    for (int value : graph.outputs()) {
      int[] of = new int[axes.get(value).size()];
      for (int i = 0; i < of.length; i++) {
        List<Factor> factors = axes.get(value).get(i);
        boolean merged = factors.stream().filter(f -> f.size() != 1).count() > 1;
        if (merged && isPadded(factors)) {
          throw new IllegalArgumentException(
              "bucket: axis "
                  + i
                  + " of the result "
                  + graph.spec(value)
                  + " is merged of several, and cannot be cut");
        }
        of[i] = factors.stream().mapToInt(Factor::bucket).max().orElse(-1);
      }
      all.add(of);
    }
    return all;
  }

  /**
   * The buckets whose axes are broadcast with others that are not padded: a size of 1 would stretch
   * there, what it is rounded up to does not.
   */
  Set<Integer> stretching() {
    return stretching;
  }

  private static List<List<Factor>> clean(TensorSpec spec) {
    List<List<Factor>> all = new ArrayList<>();
    for (long dim : spec.shape().dims()) {
      all.add(List.of(new Factor(dim, -1)));
    }
    return all;
  }

  private static boolean isPadded(List<Factor> axis) {
    return axis.stream().anyMatch(Factor::padded);
  }

  private boolean isHidden(List<Factor> axis) {
    return axis.stream().allMatch(f -> !f.padded() || buckets.get(f.bucket()).hidden());
  }

  private List<List<Factor>> in(int input) {
    return axes.get(node.inputs().get(input));
  }

  private TensorSpec spec(int input) {
    return graph.spec(node.inputs().get(input));
  }

  private boolean isClean(int input) {
    return in(input).stream().noneMatch(PaddedAxes::isPadded);
  }

  private void follow() {
    node.outputs().forEach(v -> axes.put(v, clean(graph.spec(v))));
    boolean any = false;
    for (int i = 0; i < node.inputs().size(); i++) {
      any |= !isClean(i);
    }
    if (any) {
      if (!(node instanceof Node.Apply(Op op, var _, var out))) {
        throw refused("calls back into Java");
      }
      List<List<Factor>> first = follow(op);
      axes.put(out.get(0), first);
      // Further outputs are workspaces, or what follows the leading axes of the first.
      for (int v : out.subList(1, out.size())) {
        List<List<Factor>> of = axes.get(v);
        for (int i = 0; i < of.size(); i++) {
          if (i < first.size() && of.get(i).getFirst().size() == size(first.get(i))) {
            of.set(i, first.get(i));
          }
        }
      }
    }
  }

  private List<List<Factor>> follow(Op op) {
    return switch (op) {
      case Dropout _, PreluBackward _ -> throw refused("depends on the shape of the whole");
      case Prelu _ -> {
        requireClean(1);
        yield in(0);
      }
      case ElementwiseOp _ -> broadcast();
      case Contiguous _ -> in(0);
      case Permute p -> p.axes().stream().map(in(0)::get).toList();
      case Expand e -> {
        List<List<Factor>> all = broadcast();
        noteStretching(clean(graph.spec(node.outputs().get(0))), all);
        yield all;
      }
      case Reshape r -> reshaped(r.shape().dims());
      case Slice s -> slice(s);
      case Gated g -> {
        keepApart(0, g.axis(), false);
        List<List<Factor>> all = new ArrayList<>(in(0));
        all.set(g.axis(), List.of(new Factor(spec(0).shape().dim(g.axis()) / 2, -1)));
        yield all;
      }
      case Concat c -> {
        for (int i = 0; i < node.inputs().size(); i++) {
          keepApart(i, c.axis(), false);
        }
        yield broadcast();
      }
      case Linear _ -> linear();
      case Matmul m -> matmul(m);
      case Conv _, ConvTranspose _, BatchNormInference _, GroupNorm _ -> samples();
      case MaxPool _, AvgPool _, AdaptiveAvgPool _, AdaptiveMaxPool _ -> samples();
      case LayerNorm n -> {
        keepApartFrom(0, in(0).size() - n.axes());
        yield in(0);
      }
      case Softmax s -> {
        keepApart(0, s.axis(), false);
        yield in(0);
      }
      case Reduce r -> reduced(r.axes(), r.keepDims(), r.kind() == ReduceKind.SUM);
      case Variance v -> reduced(v.axes(), v.keepDims(), false);
      case LogicalReduce r -> reduced(r.axes(), r.keepDims(), false);
      case IndexSelect s -> selected(s.axis());
      case Attention a -> attention(a);
      case Recurrent r -> recurrent(r);
      default -> throw refused("is not known to keep positions apart");
    };
  }

  private IllegalArgumentException refused(String why) {
    List<TensorSpec> specs = node.inputs().stream().map(graph::spec).toList();
    return new IllegalArgumentException(
        "bucket: "
            + node.name()
            + " of "
            + specs
            + " "
            + why
            + ", so padding of the arguments could change results; leave this axis out of the"
            + " buckets, or hide the padding by a mask and say masked()");
  }

  /** An axis along which the operation mixes positions may be padded only if that is hidden. */
  private void keepApart(int input, int axis, boolean masked) {
    List<Factor> factors = in(input).get(axis);
    if (isPadded(factors) && !(masked && isHidden(factors))) {
      throw refused("mixes positions of axis " + axis + " of input " + input);
    }
  }

  private void keepApartFrom(int input, int axis) {
    for (int i = axis; i < in(input).size(); i++) {
      keepApart(input, i, false);
    }
  }

  private List<List<Factor>> broadcast() {
    List<List<Factor>> all = clean(graph.spec(node.outputs().get(0)));
    join(all, node.inputs().stream().map(axes::get).toList());
    return all;
  }

  /** Axes from the last on; one factor list for all that have more than one position. */
  private void join(List<List<Factor>> all, List<List<List<Factor>>> inputs) {
    inputs.forEach(of -> merge(all, of));
    inputs.forEach(of -> noteStretching(of, all));
  }

  private void merge(List<List<Factor>> all, List<List<Factor>> of) {
    for (int a = 1; a <= Math.min(of.size(), all.size()); a++) {
      List<Factor> factors = of.get(of.size() - a);
      int at = all.size() - a;
      if (isPadded(factors)) {
        if (isPadded(all.get(at)) && !all.get(at).equals(factors)) {
          throw refused("joins axes that are padded differently");
        }
        all.set(at, factors);
      }
    }
  }

  /** Where axes of {@code with} are padded and those of {@code of} are not, from the last on. */
  private void noteStretching(List<List<Factor>> of, List<List<Factor>> with) {
    for (int a = 1; a <= Math.min(of.size(), with.size()); a++) {
      List<Factor> factors = of.get(of.size() - a);
      if (!isPadded(factors) && size(factors) > 1) {
        with.get(with.size() - a).stream()
            .filter(Factor::padded)
            .forEach(f -> stretching.add(f.bucket()));
      }
    }
  }

  /** Splits all axes into their factors and joins those to the new axes. */
  private List<List<Factor>> reshaped(long[] dims) {
    List<Factor> rest = new ArrayList<>();
    in(0).forEach(axis -> axis.stream().filter(f -> f.size() != 1).forEach(rest::add));
    List<List<Factor>> all = new ArrayList<>();
    for (long dim : dims) {
      List<Factor> axis = new ArrayList<>();
      long left = dim;
      while (left > 1 && !rest.isEmpty()) {
        Factor next = rest.removeFirst();
        if (left % next.size() == 0) {
          axis.add(next);
          left /= next.size();
        } else if (!next.padded() && next.size() % left == 0) {
          axis.add(new Factor(left, -1));
          rest.addFirst(new Factor(next.size() / left, -1));
          left = 1;
        } else {
          throw refused("cuts through a padded axis");
        }
      }
      all.add(axis.isEmpty() ? List.of(new Factor(dim, -1)) : axis);
    }
    return all;
  }

  private List<List<Factor>> slice(Slice s) {
    List<List<Factor>> all = clean(graph.spec(node.outputs().get(0)));
    for (int i = 0; i < all.size(); i++) {
      long dim = spec(0).shape().dim(i);
      if (s.start().get(i) == 0 && s.stop().get(i) == dim && s.step().get(i) == 1) {
        all.set(i, in(0).get(i));
      } else {
        keepApart(0, i, false);
      }
    }
    return all;
  }

  private List<List<Factor>> linear() {
    int rank = in(0).size();
    keepApart(0, rank - 1, false);
    requireClean(1);
    List<List<Factor>> all = new ArrayList<>(in(0));
    all.set(rank - 1, List.of(new Factor(spec(1).shape().dim(0), -1)));
    join(all, node.inputs().stream().skip(2).map(axes::get).toList());
    return all;
  }

  private void requireClean(int input) {
    if (!isClean(input)) {
      throw refused("takes input " + input + " as a whole");
    }
  }

  private List<List<Factor>> matmul(Matmul m) {
    int rank = graph.spec(node.outputs().get(0)).shape().rank();
    int a = in(0).size();
    int b = in(1).size();
    keepApart(0, m.transA() ? a - 2 : a - 1, true);
    keepApart(1, m.transB() ? b - 1 : b - 2, true);
    List<List<Factor>> all = clean(graph.spec(node.outputs().get(0)));
    join(all.subList(0, rank - 2), List.of(in(0).subList(0, a - 2), in(1).subList(0, b - 2)));
    all.set(rank - 2, in(0).get(m.transA() ? a - 1 : a - 2));
    all.set(rank - 1, in(1).get(m.transB() ? b - 2 : b - 1));
    return all;
  }

  /** Each sample, a position of axis 0, for itself. */
  private List<List<Factor>> samples() {
    keepApartFrom(0, 1);
    List<List<Factor>> all = clean(graph.spec(node.outputs().get(0)));
    all.set(0, in(0).get(0));
    for (int i = 1; i < node.inputs().size(); i++) {
      if (!isClean(i) && !in(i).equals(all)) {
        throw refused("takes input " + i + " as a whole");
      }
    }
    return all;
  }

  private List<List<Factor>> reduced(List<Integer> over, boolean keepDims, boolean masked) {
    List<List<Factor>> all = new ArrayList<>();
    for (int i = 0; i < in(0).size(); i++) {
      if (!over.contains(i)) {
        all.add(in(0).get(i));
        continue;
      }
      keepApart(0, i, masked);
      if (keepDims) {
        all.add(List.of(new Factor(1, -1)));
      }
    }
    return all;
  }

  private List<List<Factor>> selected(int axis) {
    keepApart(0, axis, false);
    List<List<Factor>> all = new ArrayList<>(in(0).subList(0, axis));
    all.addAll(in(1));
    all.addAll(in(0).subList(axis + 1, in(0).size()));
    return all;
  }

  private List<List<Factor>> attention(Attention a) {
    int mask = a.maskInput(node.inputs().size());
    List<Factor> queries = in(0).get(2);
    List<Factor> keys = in(1).get(2);
    keepApart(0, 1, false);
    keepApart(1, 1, false);
    if (a.causal() == CausalMask.NONE || !queries.equals(keys)) {
      if (a.causal() == CausalMask.LOWER_RIGHT && (isPadded(queries) || isPadded(keys))) {
        throw refused("has a triangle in the lower right corner, which padding moves");
      }
      keepApart(1, 2, mask >= 0);
      keepApart(2, 2, mask >= 0);
    }
    if (mask >= 0) {
      List<List<Factor>> weights = List.of(in(0).get(0), in(0).get(1), queries, keys);
      noteStretching(weights, in(mask));
      noteStretching(in(mask), weights);
    }
    for (int i = 0; i < 3; i++) {
      keepApart(i, 3, false);
    }
    List<List<Factor>> all = new ArrayList<>(in(0));
    all.set(3, List.of(new Factor(spec(2).shape().dim(3), -1)));
    return all;
  }

  private List<List<Factor>> recurrent(Recurrent r) {
    keepApart(0, 0, r.lengths());
    keepApart(0, 2, false);
    List<List<Factor>> all = new ArrayList<>(in(0));
    all.set(2, List.of(new Factor(spec(2).shape().dim(1), -1)));
    // States [N, H] come after y [T, N, H]; their first axis is the second of y.
    List<Integer> out = node.outputs();
    for (int i = 1; i <= r.states(); i++) {
      axes.put(out.get(i), new ArrayList<>(List.of(all.get(1), all.get(2))));
    }
    return all;
  }

  private static long size(List<Factor> axis) {
    return axis.stream().mapToLong(Factor::size).reduce(1, (a, b) -> a * b);
  }
}
