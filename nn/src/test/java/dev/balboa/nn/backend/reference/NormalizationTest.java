package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.Value;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizationTest extends ReferenceFixture {
  private static final double EPSILON = 0.75;

  @Test
  void training() {
    Value x = f64(shape(2, 2), 1, 10, 2, 10);
    List<Value> out = runAll(new BatchNormTraining(EPSILON), x, f64(2, 3), f64(0.5, -1));
    assertClose(reals(out.get(0)), 1e-15, -0.5, -1, 1.5, -1);
    assertClose(reals(out.get(1)), 0, 1.5, 10);
    assertClose(reals(out.get(2)), 0, 0.25, 0);
  }

  @Test
  void trainingOverSpatialAxes() {
    Value x = random(1, 3, 2, 2, 4);
    List<Value> out = runAll(new BatchNormTraining(0), x, f64(1, 1), f64(0, 0));
    List<Value> again = runAll(new BatchNormTraining(0), out.get(0), f64(1, 1), f64(0, 0));
    assertClose(reals(again.get(1)), 1e-15, 0, 0);
    assertClose(reals(again.get(2)), 1e-14, 1, 1);
  }

  @Test
  void aLargeMeanDoesNotCostTheVariance() {
    Value x = f64(shape(4, 1), 1e8 + 1, 1e8 - 1, 1e8 + 1, 1e8 - 1);
    List<Value> out = runAll(new BatchNormTraining(0), x, f64(1), f64(0));
    assertClose(reals(out.get(2)), 0, 1);
  }

  @Test
  void inference() {
    Value x = f64(shape(1, 2, 2), 1, 2, 3, 4);
    BatchNormInference op = new BatchNormInference(EPSILON);
    Value y = run(op, x, f64(2, -1), f64(1, 0), f64(1, 4), f64(0.25, 3.25));
    assertClose(reals(y), 1e-15, 1, 3, 0.5, 0);
    assertThat(run(op, f64(shape(0, 1)), f64(1), f64(1), f64(1), f64(1)).spec().shape())
        .isEqualTo(shape(0, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void backwardAgreesWithDifferences(int rank) {
    long[] dims = List.of(4L, 2L, 3L, 2L).stream().limit(rank).mapToLong(d -> d).toArray();
    Value x = random(1, dims);
    Value dy = random(2, dims);
    Value gamma = f64(1.5, -0.7);
    Value beta = f64(0.3, 0.1);
    BatchNormTraining op = new BatchNormTraining(1e-3);
    List<Value> out = runAll(op, x, gamma, beta);
    List<Value> grads = runAll(new BatchNormBackward(1e-3), x, gamma, out.get(1), out.get(2), dy);
    assertGradient(v -> compute(op, v, gamma, beta), x, reals(dy), reals(grads.get(0)), 1e-8);
    assertGradient(v -> compute(op, x, v, beta), gamma, reals(dy), reals(grads.get(1)), 1e-8);
    assertGradient(v -> compute(op, x, gamma, v), beta, reals(dy), reals(grads.get(2)), 1e-8);
  }
}
