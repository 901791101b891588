package dev.balboa.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.AvgPool2d;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Dropout;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.Sgd;
import dev.balboa.nn.tensor.Losses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same training, with the same seeds, on both backends. */
class BackendAgreementTest {
  @Test
  void lossesAgreeStepByStep() throws IOException {
    List<Double> expected = losses(TestBackend.REFERENCE);
    List<Double> got = losses(TestBackend.NATIVE);
    assertThat(got).hasSameSizeAs(expected);
    for (int i = 0; i < got.size(); i++) {
      assertThat(got.get(i)).as("step " + i).isCloseTo(expected.get(i), withinPercentage(0.01));
    }
  }

  private static List<Double> losses(TestBackend backend) throws IOException {
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            losses.add(report.loss());
          }
        };
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open();
        Sequential model = model();
        Optimizer optimizer = new Sgd(model.parameters(), 0.05).momentum(0.9).nesterov();
        Trainer trainer =
            new Trainer(model, optimizer, Losses::crossEntropy).seed(3).listener(listener)) {
      trainer.fit(new DataLoader(new Blobs(64, 4), 8).shuffle(1), 1);
    }
    return losses;
  }

  private static Sequential model() {
    return Sequential.of(
            Blobs.PICTURE,
            new Conv2d(6, 3).same().relu(),
            new BatchNorm(),
            new MaxPool2d(2),
            new Conv2d(4, 2).same(),
            new AvgPool2d(2).stride(1),
            new Flatten(),
            new Dropout(0.2),
            new Dense(Blobs.CLASSES))
        .build(5);
  }
}
