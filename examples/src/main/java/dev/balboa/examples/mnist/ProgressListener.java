package dev.balboa.examples.mnist;

import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.StepReport;
import dev.balboa.nn.train.TrainingListener;
import dev.balboa.nn.train.TrainingPlan;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A progress bar for each epoch, for terminals. */
final class ProgressListener implements TrainingListener, AutoCloseable {
  private static final int UPDATE_MILLIS = 200;

  private TrainingPlan plan;
  private ProgressBar bar;

  @Override
  public void onStart(TrainingPlan trainingPlan) {
    plan = trainingPlan;
  }

  @Override
  public void onStep(StepReport report) {
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("epoch " + (report.epoch() + 1) + "/" + plan.epochs())
              .setInitialMax(plan.batches())
              .setUpdateIntervalMillis(UPDATE_MILLIS)
              .build();
    }
    bar.stepTo(report.batch() + 1L);
    bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f", report.meanLoss()));
  }

  @Override
  public void onEpoch(EpochReport report) {
    close();
  }

  @Override
  public void onStop(History history) {
    close();
  }

  /** Ends the bar under way. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
