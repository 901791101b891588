package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.util.List;

/**
 * A vector that is added to the result of a product becomes its bias: x W + b with a matrix W is a
 * linear map, and so are a linear map and a convolution that have no bias yet.
 */
public final class FuseBias implements Pass {
  private static final Linear PLAIN = new Linear(Activation.IDENTITY);

  /** A pass without settings. */
  public FuseBias() {}

  @Override
  public String name() {
    return "fuse-bias";
  }

  @Override
  public Graph apply(Graph graph) {
    Consumers consumers = new Consumers(graph);
    Rewrite rewrite = new Rewrite(graph);
    for (Node node : graph.nodes()) {
      boolean fused =
          node instanceof Node.Apply(Binary(BinaryKind kind), var in, var out)
              && kind == BinaryKind.ADD
              && (fuse(consumers, rewrite, in.get(0), in.get(1), out)
                  || fuse(consumers, rewrite, in.get(1), in.get(0), out));
      if (!fused) {
        rewrite.add(rewrite.current(node));
      }
    }
    return new DeadCode().apply(rewrite.build());
  }

  private static boolean fuse(
      Consumers consumers, Rewrite rewrite, int product, int bias, List<Integer> out) {
    if (!(consumers.only(product) instanceof Node.Apply(Op op, var in, var _))) {
      return false;
    }
    TensorSpec y = rewrite.ref(product).spec();
    Shape vector = rewrite.ref(bias).spec().shape();
    switch (op) {
      case Matmul m when isMap(rewrite, m, in) && isVector(vector, y.shape(), -1) -> {
        Value w = rewrite.ref(in.get(1));
        Value rows = m.transB() ? w : rewrite.emit(new Permute(List.of(1, 0)), w);
        rewrite.add(PLAIN, List.of(in.get(0), number(rows), flat(rewrite, bias)), out);
      }
      case Linear l
          when l.equals(PLAIN) && !l.hasBias(in.size()) && isVector(vector, y.shape(), -1) ->
          rewrite.add(l, List.of(in.get(0), in.get(1), flat(rewrite, bias)), out);
      case Conv c
          when c.activation().isIdentity()
              && !c.residual()
              && !c.hasBias(in.size())
              && isVector(vector, y.shape(), 1) ->
          rewrite.add(c, List.of(in.get(0), in.get(1), flat(rewrite, bias)), out);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Rows times one matrix. */
  private static boolean isMap(Rewrite rewrite, Matmul m, List<Integer> in) {
    return !m.transA() && rewrite.ref(in.get(1)).spec().shape().rank() == 2;
  }

  /** Whether it broadcasts along all axes of the result but this one, which it has in full. */
  private static boolean isVector(Shape vector, Shape y, int axis) {
    int at = y.axis(axis);
    int behind = y.rank() - 1 - at;
    return vector.rank() > behind
        && vector.rank() <= y.rank()
        && vector.size() == y.dim(at)
        && vector.dim(vector.rank() - 1 - behind) == y.dim(at);
  }

  private static int flat(Rewrite rewrite, int bias) {
    Value value = rewrite.ref(bias);
    Shape shape = value.spec().shape();
    return number(
        shape.rank() == 1 ? value : rewrite.emit(new Reshape(Shape.of(shape.size())), value));
  }

  private static int number(Value value) {
    return ((Rewrite.Ref) value).number();
  }
}
