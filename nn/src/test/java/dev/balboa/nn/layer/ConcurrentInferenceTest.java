package dev.balboa.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class ConcurrentInferenceTest {
  private static final int THREADS = 6;
  private static final int CALLS = 20;

  @RegisterExtension final TestExecution execution;
  private final TestBackend backend;

  ConcurrentInferenceTest(TestBackend backend) {
    this.backend = backend;
    execution = new TestExecution(backend);
  }

  @Test
  void manyThreadsShareOneModel() throws InterruptedException, ExecutionException {
    try (Sequential model =
        Sequential.of(
                Shape.of(1, 10, 10),
                new Conv2d(4, 3).same().relu(),
                new BatchNorm(),
                new Dropout(0.5),
                new MaxPool2d(2),
                new Flatten(),
                new Dense(5),
                new Softmax())
            .build(1)) {
      List<float[]> expected = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        expected.add(predict(model, i));
      }
      try (var threads = java.util.concurrent.Executors.newFixedThreadPool(THREADS)) {
        List<Future<List<float[]>>> results = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          results.add(threads.submit(client(model)));
        }
        for (Future<List<float[]>> result : results) {
          assertThat(result.get()).usingElementComparator(Arrays::compare).isEqualTo(expected);
        }
      }
    }
  }

  private Callable<List<float[]>> client(Layer model) {
    return () -> {
      List<float[]> answers = new ArrayList<>();
      try (var _ = Execution.on(backend.executor())) {
        for (int i = 0; i < CALLS; i++) {
          try (var _ = Scope.open(execution.allocator())) {
            answers.add(predict(model, i));
          }
        }
      }
      return answers;
    };
  }

  /** Pictures of two sizes in turn, so that threads also compete for prepared operations. */
  private static float[] predict(Layer model, int i) {
    Shape shape = Shape.of(1 + i % 3, 1, 10, 10);
    return model.infer(Tensors.uniform(new RandomStream(i), -1, 1, shape)).toFloats();
  }
}
