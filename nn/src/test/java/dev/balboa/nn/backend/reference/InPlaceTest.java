package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.Assign;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.RmsPropStep;
import dev.balboa.nn.op.SgdStep;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class InPlaceTest extends ReferenceFixture {
  private static final long BIG = Long.MAX_VALUE - 1;

  @Test
  void assign() {
    Value x = f32(1, 2);
    assertThat(runAll(new Assign(), x, f32(3, 4))).isEmpty();
    assertClose(reals(x), 0, 3, 4);
    assertThat(((ArrayValue) x).storage().block().version()).isEqualTo(1);
    Value whole = i64(1, 2, 3);
    Value middle = run(Slice.along(shape(3), 0, 1, 2), whole);
    runAll(new Assign(), middle, i64(BIG));
    assertThat(longs(whole)).containsExactly(1, BIG, 3);
  }

  @Test
  void stridedTargetsAreWrittenWhereTheyLie() {
    Value x = f64(shape(2, 2), 1, 2, 3, 4);
    Value transposed = run(new Permute(List.of(1, 0)), x);
    runAll(new Assign(), transposed, f64(shape(2, 2), 10, 20, 30, 40));
    assertClose(reals(x), 0, 10, 30, 20, 40);
  }

  @Test
  void sgd() {
    Value p = f64(1, 2);
    runAll(new SgdStep(0, false, 0), p, f64(0.5, -1), f64(0.1));
    assertClose(reals(p), 1e-16, 0.95, 2.1);
    runAll(new SgdStep(0, false, 0.5), p, f64(0, 0), f64(1));
    assertClose(reals(p), 1e-15, 0.475, 1.05);
  }

  @Test
  void sgdWithMomentum() {
    Value p = f64(0);
    Value v = f64(0);
    SgdStep op = new SgdStep(0.5, false, 0);
    runAll(op, p, v, f64(1), f64(0.1));
    runAll(op, p, v, f64(2), f64(0.1));
    assertClose(reals(v), 0, 2.5);
    assertClose(reals(p), 1e-15, -0.35);
    Value nesterov = f64(0);
    Value w = f64(0);
    runAll(new SgdStep(0.5, true, 0), nesterov, w, f64(1), f64(0.1));
    runAll(new SgdStep(0.5, true, 0), nesterov, w, f64(2), f64(0.1));
    assertClose(reals(w), 0, 2.5);
    assertClose(reals(nesterov), 1e-15, -0.15 - 0.325);
  }

  /** The first step of Adam is the learning rate, whatever the size of the gradient. */
  @Test
  void adam() {
    Value p = f64(1, 1);
    Value m = f64(0, 0);
    Value v = f64(0, 0);
    AdamStep op = new AdamStep(0.9, 0.99, 0, 0, false);
    runAll(op, p, m, v, f64(1e-3, -1e6), f64(0.125, 1));
    assertClose(reals(p), 1e-13, 0.875, 1.125);
    assertClose(reals(m), 1e-9, 1e-4, -1e5);
    runAll(op, p, m, v, f64(0, 0), f64(0.125, 2));
    double ratio = 0.09 / 0.19 / Math.sqrt(0.0099 / 0.0199);
    assertClose(reals(p), 1e-13, 0.875 - 0.125 * ratio, 1.125 + 0.125 * ratio);
  }

  @Test
  void weightDecayOfAdamAndAdamW() {
    Value p = f64(2);
    runAll(new AdamStep(0, 0, 0, 0.5, false), p, f64(0), f64(0), f64(0), f64(0.25, 1));
    assertClose(reals(p), 0, 1.75);
    Value q = f64(2);
    runAll(new AdamStep(0, 0, 0, 0.5, true), q, f64(0), f64(0), f64(-3), f64(0.25, 1));
    assertClose(reals(q), 0, 2);
    Value r = f64(1);
    runAll(new AdamStep(0, 0, 1, 0, false), r, f64(0), f64(0), f64(3), f64(1, 1));
    assertClose(reals(r), 0, 0.25);
  }

  @Test
  void rmsProp() {
    Value p = f64(1);
    Value s = f64(0);
    runAll(new RmsPropStep(0.75, 0.5, 0, 0), p, s, f64(3), f64(0.5));
    assertClose(reals(s), 0, 2.25);
    assertClose(reals(p), 1e-15, 1 - 0.5 * 1.5);
    Value q = f64(1);
    Value t = f64(0);
    Value b = f64(1);
    runAll(new RmsPropStep(0.75, 0.5, 0.5, 1), q, t, b, f64(2), f64(0.5));
    assertClose(reals(b), 0, 2);
    assertClose(reals(q), 1e-15, 0);
  }

  @Test
  void f32StateIsRoundedOnStore() {
    Value p = f32(1);
    runAll(new SgdStep(0, false, 0), p, f32(1), f64(0.1));
    assertClose(reals(p), 0, (float) (1 - 0.1));
  }
}
