package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.AttentionBackward;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.Reshape;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionTest extends ReferenceFixture {
  private static final double NONE = Double.NEGATIVE_INFINITY;
  private static final double LN3 = Math.log(3);

  private static Attention plain(CausalMask causal) {
    return new Attention(1, causal, 0);
  }

  private static Value row(double... elements) {
    return f64(shape(1, 1, 1, elements.length), elements);
  }

  private static Value column(double... elements) {
    return f64(shape(1, 1, elements.length, 1), elements);
  }

  @Test
  void weighsValuesByTheSoftmaxOfScaledScores() {
    Attention op = new Attention(0.5, CausalMask.NONE, 0);
    List<Value> y = runAll(op, row(1, 1), f64(shape(1, 1, 2, 2), 0, 0, LN3, LN3), column(4, 8));
    assertClose(reals(y.get(0)), 1e-15, 7); // weights 1/4 and 3/4
    assertClose(reals(y.get(1)), 1e-15, Math.log(4));
  }

  @Test
  void trianglesBeginAndEndInCorners() {
    Value q = column(0, 0);
    Value k = column(1, 2, 3);
    Value v = column(3, 6, 12);
    assertClose(compute(plain(CausalMask.NONE), q, k, v), 1e-14, 7, 7);
    assertClose(compute(plain(CausalMask.UPPER_LEFT), q, k, v), 1e-14, 3, 4.5);
    assertClose(compute(plain(CausalMask.LOWER_RIGHT), q, k, v), 1e-14, 4.5, 7);
    // More queries than keys: the first one sees nothing.
    assertClose(compute(plain(CausalMask.LOWER_RIGHT), k, q, column(2, 4)), 1e-14, 0, 2, 3);
  }

  @Test
  void masksHideOrAdd() {
    Value q = column(0, 0);
    Value k = column(1, 1);
    Value v = column(4, 8);
    Value hides = run(new Reshape(shape(2, 2)), bool(1, 0, 0, 0));
    List<Value> hidden = runAll(plain(CausalMask.NONE), q, k, v, hides);
    assertClose(reals(hidden.get(0)), 0, 4, 0);
    assertThat(reals(hidden.get(1))).containsExactly(0, NONE);
    Value adds = f64(shape(2, 2), 0, LN3, NONE, 5);
    assertClose(compute(plain(CausalMask.NONE), q, k, v, adds), 1e-14, 7, 8);
    Value nothing = f64(shape(1, 2), NONE, NONE);
    assertClose(compute(plain(CausalMask.NONE), q, k, v, nothing), 0, 0, 0);
  }

  @Test
  void whoSeesNothingGivesNoGradient() {
    Value q = column(1);
    Value k = column(1, 2);
    Value v = column(4, 8);
    Value mask = run(new Reshape(shape(1, 2)), bool(0, 0));
    List<Value> y = runAll(plain(CausalMask.NONE), q, k, v, mask);
    AttentionBackward op = new AttentionBackward(1, CausalMask.NONE, 0);
    for (Value d : runAll(op, q, k, v, y.get(0), y.get(1), column(1), mask)) {
      assertThat(reals(d)).containsOnly(0);
    }
  }

  @Test
  void headsShareKeysInTurn() {
    Value q = f64(shape(1, 4, 1, 1), 0, 0, 0, 0);
    Value kv = f64(shape(1, 2, 1, 1), 5, 7);
    assertClose(compute(plain(CausalMask.NONE), q, kv, kv), 0, 5, 5, 7, 7);
  }

  @Test
  void overNoKeysIsZero() {
    List<Value> y =
        runAll(
            plain(CausalMask.NONE), column(1, 2), f64(shape(1, 1, 0, 1)), f64(shape(1, 1, 0, 1)));
    assertThat(reals(y.get(0))).containsExactly(0, 0);
    assertThat(reals(y.get(1))).containsExactly(NONE, NONE);
  }

  @Test
  void nanReachesItsOwnRowOnly() {
    double[] y = compute(plain(CausalMask.NONE), column(Double.NaN, 0), column(1, 2), column(2, 4));
    assertClose(y, 0, Double.NaN, 3);
  }

  @Test
  void dropsWhatDropoutOfTheWeightsDrops() {
    Value q = random(1, 2, 3, 5, 4);
    Value k = random(2, 2, 3, 6, 4);
    Value v = random(3, 2, 3, 6, 2);
    Value key = i64(11, 5);
    Value weights = run(new Softmax(3, false), run(new Matmul(false, true), q, k));
    double[] expected = compute(new Matmul(false, false), run(new Dropout(0.4), weights, key), v);
    assertClose(compute(new Attention(1, CausalMask.NONE, 0.4), q, k, v, key), 1e-14, expected);
  }

  @Test
  void gradientsAreThoseOfDifferences() {
    Attention op = new Attention(0.7, CausalMask.LOWER_RIGHT, 0.25);
    Value[] in = {random(1, 1, 2, 3, 2), random(2, 1, 1, 4, 2), random(3, 1, 1, 4, 2), null};
    Value key = i64(3, 1);
    Value dy = random(4, 1, 2, 3, 2);
    List<Value> y = runAll(op, in[0], in[1], in[2], key);
    List<Value> d =
        runAll(
            new AttentionBackward(0.7, CausalMask.LOWER_RIGHT, 0.25),
            in[0],
            in[1],
            in[2],
            y.get(0),
            y.get(1),
            dy,
            key);
    for (int i = 0; i < 3; i++) {
      int at = i;
      assertGradient(
          x -> compute(op, at == 0 ? x : in[0], at == 1 ? x : in[1], at == 2 ? x : in[2], key),
          in[i],
          reals(dy),
          reals(d.get(i)),
          1e-8);
    }
  }

  @Test
  void masksOfBothTypesAgree() {
    Value q = random(5, 1, 1, 2, 3);
    Value k = random(6, 1, 1, 2, 3);
    Value seen = run(new Reshape(shape(2, 2)), bool(1, 0, 1, 1));
    assertThat(seen.spec().dtype()).isEqualTo(DType.BOOL);
    double[] added = compute(plain(CausalMask.NONE), q, k, k, f64(shape(2, 2), 0, NONE, 0, 0));
    assertClose(compute(plain(CausalMask.NONE), q, k, k, seen), 0, added);
  }
}
