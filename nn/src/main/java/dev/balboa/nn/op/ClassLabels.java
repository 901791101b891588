package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.List;

/**
 * What losses on class labels share: scores [N, C, d...], labels I32 or I64 [N, d...], and after
 * the other inputs a weight for each class [C], which may be missing.
 */
final class ClassLabels {
  private ClassLabels() {}

  static void check(String op, String what, TensorSpec scores, TensorSpec labels) {
    Check.that(scores.shape().rank() >= 2, op, what + " of rank 2 or more, [N, C, ...]", scores);
    Check.floating(op, what, scores);
    Check.that(scores.shape().dim(1) > 0, op, "at least one class", scores);
    boolean whole = labels.dtype() == DType.I32 || labels.dtype() == DType.I64;
    Check.that(whole, op, "labels of type I32 or I64", labels);
    Check.shape(op, "labels", labels, positions(scores.shape()));
  }

  static void weight(String op, TensorSpec scores, List<TensorSpec> in, int index) {
    if (in.size() > index) {
      TensorSpec wanted = scores.withShape(Shape.of(scores.shape().dim(1)));
      Check.that(in.get(index).equals(wanted), op, "class weights " + wanted, in.get(index));
    }
  }

  /** The shape without the axis of the classes. */
  static Shape positions(Shape scores) {
    return scores.slice(0, 1).append(scores.slice(2, scores.rank()).dims());
  }

  static TensorSpec loss(TensorSpec scores, Reduction reduction) {
    boolean each = reduction == Reduction.NONE;
    return scores.withShape(each ? positions(scores.shape()) : Shape.scalar());
  }

  /** The values, followed by input {@code index} of the application if it is there. */
  static Value[] with(Vjp c, int index, Value... values) {
    List<Value> all = new ArrayList<>(List.of(values));
    if (c.inputs() > index) {
      all.add(c.in(index));
    }
    return all.toArray(Value[]::new);
  }

  /** A result list with these cotangents first and none for the other inputs. */
  static List<Value> grads(Vjp c, Value... first) {
    Value[] all = new Value[c.inputs()];
    System.arraycopy(first, 0, all, 0, first.length);
    return Vjp.grads(all);
  }
}
