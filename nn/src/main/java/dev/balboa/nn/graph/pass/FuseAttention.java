package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * softmax(scale q k^T + mask) v, written in elementary operations over [B, H, L, D], becomes one
 * {@link Attention}, which never stores the weights. The scale may be a factor of the scores or a
 * divisor, before the mask, and the keys may be transposed by the product or by a permutation. For
 * inference: where a derivative reads the weights, they stay.
 */
public final class FuseAttention implements Pass {
  /** A pass without settings. */
  public FuseAttention() {}

  /** Scores without their scale. */
  private record Scores(int q, int keys, boolean transposed, double scale) {}

  @Override
  public String name() {
    return "fuse-attention";
  }

  @Override
  public Graph apply(Graph graph) {
    Consumers consumers = new Consumers(graph);
    Rewrite rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      if (!(node instanceof Node.Apply(Matmul m, var in, var out)
          && !m.transA()
          && !m.transB()
          && fuse(consumers, rewrite, in, out))) {
        rewrite.add(rewrite.current(node));
      }
    }
    return new DeadCode().apply(rewrite.build());
  }

  private static boolean fuse(
      Consumers consumers, Rewrite rewrite, List<Integer> in, List<Integer> out) {
    if (!(consumers.only(in.get(0)) instanceof Node.Apply(Softmax s, var soft, var _))
        || s.log()
        || s.axis() != 3
        || rewrite.ref(in.get(0)).spec().shape().rank() != 4) {
      return false;
    }
    int mask = -1;
    int at = soft.get(0);
    Scores scores = scores(consumers, at, 1);
    if (scores == null && add(consumers.only(at)) instanceof Node.Apply(var _, var terms, var _)) {
      for (int i = 0; i < 2 && scores == null; i++) {
        scores = scores(consumers, terms.get(i), 1);
        mask = terms.get(1 - i);
      }
    }
    return scores != null && emit(rewrite, scores, mask, in.get(1), out);
  }

  private static Node add(Node node) {
    return node instanceof Node.Apply(Binary(BinaryKind kind), var _, var _)
            && kind == BinaryKind.ADD
        ? node
        : null;
  }

  /** The product of queries and keys that a value is a multiple of, {@code null} if it is none. */
  private static Scores scores(Consumers consumers, int value, double scale) {
    return switch (consumers.only(value)) {
      case Node.Apply(Unary u, var in, var _) when u.kind() == UnaryKind.LINEAR && u.beta() == 0 ->
          scores(consumers, in.get(0), scale * u.alpha());
      case Node.Apply(Binary(BinaryKind kind), var in, var _)
          when kind == BinaryKind.MUL || kind == BinaryKind.DIV -> {
        double by = constant(consumers, in.get(1));
        yield Double.isNaN(by)
            ? null
            : scores(consumers, in.get(0), kind == BinaryKind.MUL ? scale * by : scale / by);
      }
      case Node.Apply(Matmul m, var in, var _) when !m.transA() ->
          new Scores(in.get(0), in.get(1), m.transB(), scale);
      case null, default -> null;
    };
  }

  /** The number that a value has everywhere, NaN if that is not known. */
  private static double constant(Consumers consumers, int value) {
    return consumers.producer(value) instanceof Node.Apply(Fill f, var _, var _)
            && f.shape().size() == 1
        ? f.value()
        : Double.NaN;
  }

  private static boolean emit(
      Rewrite rewrite, Scores scores, int mask, int values, List<Integer> out) {
    Value q = rewrite.ref(scores.q());
    Value k = rewrite.ref(scores.keys());
    if (k.spec().shape().rank() != 4 || !Double.isFinite(scores.scale())) {
      return false;
    }
    Op flip = new Permute(List.of(0, 1, 3, 2));
    TensorSpec keys = scores.transposed() ? k.spec() : flip.infer(List.of(k.spec())).get(0);
    if (!fits(q.spec(), keys, rewrite.ref(values).spec(), mask < 0 ? null : rewrite.ref(mask))) {
      return false;
    }
    List<Integer> in = new ArrayList<>();
    in.add(scores.q());
    in.add(scores.transposed() ? scores.keys() : number(rewrite.emit(flip, k)));
    in.add(values);
    if (mask >= 0) {
      in.add(mask);
    }
    rewrite.addFirst(new Attention(scores.scale(), CausalMask.NONE, 0), in, out.get(0));
    return true;
  }

  /** What {@link Attention} takes without broadcasting keys or values. */
  private static boolean fits(TensorSpec q, TensorSpec k, TensorSpec v, Value mask) {
    Shape qs = q.shape();
    Shape ks = k.shape();
    return qs.rank() == 4
        && v.shape().rank() == 4
        && ks.equals(qs.with(2, ks.dim(2)))
        && v.shape().equals(ks.with(3, v.shape().dim(3)))
        && (mask == null
            || (mask.spec().dtype() == q.dtype()
                && mask.spec().shape().broadcastsTo(qs.with(3, ks.dim(2)))));
  }

  private static int number(Value value) {
    return ((Rewrite.Ref) value).number();
  }
}
