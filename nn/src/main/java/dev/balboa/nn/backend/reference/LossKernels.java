package dev.balboa.nn.backend.reference;

import dev.balboa.nn.backend.DataErrors;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.Ctc;
import dev.balboa.nn.op.CtcBackward;
import dev.balboa.nn.op.LossOp;
import dev.balboa.nn.op.MultiMargin;
import dev.balboa.nn.op.MultiMarginBackward;
import dev.balboa.nn.op.Nll;
import dev.balboa.nn.op.NllBackward;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.PointwiseLoss;
import dev.balboa.nn.op.PointwiseLossBackward;
import java.util.ArrayList;
import java.util.List;

/** Losses; the axis of the classes is moved to the end, so that kernels work on rows. */
final class LossKernels {
  private LossKernels() {}

  static Prepared prepare(LossOp op, Call call) {
    return switch (op) {
      case CrossEntropy o ->
          call.through(
              reads(call, true),
              List.of(call.write(0)),
              (in, out) ->
                  on(o.name(), o, call.in(0).dim(1), in[1], weights(in, 2))
                      .crossEntropy(o, in[0].reals(), out[0].reals()));
      case CrossEntropyBackward o ->
          call.through(
              reads(call, true),
              List.of(rows(call.write(0))),
              (in, out) ->
                  on(o.name(), o.forward(), call.in(0).dim(1), in[1], weights(in, 3))
                      .crossEntropyBackward(
                          o.forward(), in[0].reals(), in[2].reals(), out[0].reals()));
      case Nll o ->
          call.through(
              reads(call, true),
              List.of(call.write(0)),
              (in, out) ->
                  on(o.name(), o, call.in(0).dim(1), in[1], weights(in, 2))
                      .nll(in[0].reals(), out[0].reals()));
      case NllBackward o ->
          call.through(
              reads(call, false),
              List.of(rows(call.write(0))),
              (in, out) ->
                  on(o.name(), o.forward(), o.classes(), in[0], weights(in, 2))
                      .nllBackward(in[1].reals(), out[0].reals()));
      case MultiMargin o ->
          call.plain((in, out) ->
              on(o.name(), o, call.in(0).dim(1), in[1])
                  .multiMargin(o, in[0].reals(), out[0].reals()));
      case MultiMarginBackward o ->
          call.plain((in, out) ->
              on(o.name(), o.forward(), call.in(0).dim(1), in[1])
                  .multiMarginBackward(o.forward(), in[0].reals(), in[2].reals(), out[0].reals()));
      case PointwiseLoss o ->
          call.plain((in, out) ->
              new PointwiseLossValues(o, in[0].reals(), in[1].reals()).losses(out[0].reals()));
      case PointwiseLossBackward o ->
          call.plain((in, out) ->
              new PointwiseLossValues(o.forward(), in[0].reals(), in[1].reals())
                  .gradients(in[2].reals(), out[0].reals(), o.target() ? out[1].reals() : null));
      case Ctc o ->
          call.plain((in, out) ->
              new CtcKernels(o.name(), o, call.in(0), call.in(1), in).losses(out[0].reals()));
      case CtcBackward o ->
          call.plain((in, out) ->
              new CtcKernels(o.name(), o.forward(), call.in(0), call.in(1), in)
                  .gradients(in[4].reals(), out[0].reals()));
      case OneHot o -> call.plain((in, out) -> oneHot(o, in[0].wholes(), out[0].reals()));
    };
  }

  private static ClassLossKernels on(
      String name, CrossEntropy op, long classes, Elements labels, Elements weights) {
    return new ClassLossKernels(
        name, Math.toIntExact(classes), labels, op.ignored(), weights, op.reduction());
  }

  private static ClassLossKernels on(
      String name, Nll op, long classes, Elements labels, Elements weights) {
    return new ClassLossKernels(
        name, Math.toIntExact(classes), labels, op.ignored(), weights, op.reduction());
  }

  private static ClassLossKernels on(String name, MultiMargin op, long classes, Elements labels) {
    return new ClassLossKernels(
        name, Math.toIntExact(classes), labels, Long.MIN_VALUE, null, op.reduction());
  }

  private static Elements weights(Elements[] in, int index) {
    return in.length > index ? in[index] : null;
  }

  /** The inputs; {@code scores} says whether the first one has classes on axis 1. */
  private static List<Access> reads(Call call, boolean scores) {
    List<Access> all = new ArrayList<>();
    for (int i = 0; i < call.inputs().size(); i++) {
      all.add(i == 0 && scores ? rows(call.read(0)) : call.read(i));
    }
    return all;
  }

  private static Access rows(Access scores) {
    return scores.permute(Axes.last(scores.shape().rank(), List.of(1)));
  }

  private static void oneHot(OneHot op, long[] indices, double[] y) {
    int depth = indices.length == 0 ? 0 : y.length / indices.length;
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= depth) {
        throw DataErrors.label(op.name(), indices[i], i, depth);
      }
      y[i * depth + (int) indices[i]] = 1;
    }
  }
}
