package dev.balboa.nn.backend.reference;

import dev.balboa.nn.op.GroupNorm;
import dev.balboa.nn.op.GroupNormBackward;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.LayerNormBackward;
import dev.balboa.nn.op.LocalResponseNorm;
import dev.balboa.nn.op.LocalResponseNormBackward;
import dev.balboa.nn.op.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowNormTest extends ReferenceFixture {
  private static final double NAN = Double.NaN;

  @Test
  void layer() {
    Value x = f64(shape(2, 2), 1, 3, 10, 30);
    List<Value> out = runAll(new LayerNorm(1, 0, true), x, f64(1, 2), f64(0, 5));
    assertClose(reals(out.get(0)), 1e-15, -1, 7, -1, 7);
    assertClose(reals(out.get(1)), 0, 2, 20);
    assertClose(reals(out.get(2)), 0, 1, 100);
    List<Value> whole = runAll(new LayerNorm(2, 3, true), f64(shape(1, 2, 1), 1, 3));
    assertClose(reals(whole.get(0)), 1e-15, -0.5, 0.5);
    assertClose(reals(whole.get(2)), 0, 1);
  }

  @Test
  void rootMeanSquare() {
    Value x = f64(shape(2, 2), 1, 7, NAN, 1);
    List<Value> out = runAll(new LayerNorm(1, 0, false), x, f64(1, 10));
    assertClose(reals(out.get(0)), 1e-15, 0.2, 14, NAN, NAN);
    assertClose(reals(out.get(1)), 1e-13, 25, NAN);
  }

  @Test
  void group() {
    Value x = f64(shape(1, 4, 1), 1, 3, 10, 30);
    List<Value> out = runAll(new GroupNorm(2, 0), x, f64(1, 2, 3, 4), f64(0, 0, 0, 1));
    assertClose(reals(out.get(0)), 1e-15, -1, 2, -3, 5);
    assertClose(reals(out.get(1)), 0, 2, 20);
    List<Value> own = runAll(new GroupNorm(2, 0), f64(shape(1, 2, 2), 1, 3, 5, 5.5), f64(2, 4));
    assertClose(reals(own.get(0)), 1e-14, -2, 2, -4, 4);
  }

  @Test
  void responsesOfNeighbours() {
    Value x = f64(shape(1, 4, 1), 1, 2, 3, 4);
    LocalResponseNorm op = new LocalResponseNorm(2, 2, 1, 1);
    assertClose(compute(op, x), 1e-15, 1 / 2.0, 2 / 6.0, 3 / 14.0, 4 / 26.0);
    LocalResponseNorm three = new LocalResponseNorm(3, 3, 0.5, 0);
    double[] roots = {Math.sqrt(5), Math.sqrt(14), Math.sqrt(29), 5};
    assertClose(compute(three, x), 1e-15, 1 / roots[0], 2 / roots[1], 3 / roots[2], 4 / roots[3]);
  }

  @Test
  void derivativesAgreeWithDifferences() {
    Value x = random(1, 2, 4, 3);
    Value dy = random(2, 2, 4, 3);
    Value gamma = f64(1.5, -0.7, 0.4);
    LayerNorm layer = new LayerNorm(1, 0.5, true);
    List<Value> out = runAll(layer, x, gamma);
    List<Value> grads =
        runAll(new LayerNormBackward(1, 0.5, true), x, gamma, out.get(1), out.get(2), dy);
    assertGradient(v -> compute(layer, v, gamma), x, reals(dy), reals(grads.get(0)), 1e-8);
    assertGradient(v -> compute(layer, x, v), gamma, reals(dy), reals(grads.get(1)), 1e-8);
    LayerNorm rms = new LayerNorm(1, 0.5, false);
    out = runAll(rms, x, gamma);
    grads = runAll(new LayerNormBackward(1, 0.5, false), x, gamma, out.get(1), dy);
    assertGradient(v -> compute(rms, v, gamma), x, reals(dy), reals(grads.get(0)), 1e-8);
    GroupNorm group = new GroupNorm(2, 0.5);
    Value scale = f64(1.5, -0.7, 0.4, 2);
    out = runAll(group, x, scale);
    grads = runAll(new GroupNormBackward(2, 0.5), x, scale, out.get(1), out.get(2), dy);
    assertGradient(v -> compute(group, v, scale), x, reals(dy), reals(grads.get(0)), 1e-8);
    assertGradient(v -> compute(group, x, v), scale, reals(dy), reals(grads.get(1)), 1e-8);
    LocalResponseNorm response = new LocalResponseNorm(4, 0.7, 0.75, 1);
    double[] dx = compute(new LocalResponseNormBackward(4, 0.7, 0.75, 1), x, dy);
    assertGradient(v -> compute(response, v), x, reals(dy), dx, 1e-8);
  }
}
