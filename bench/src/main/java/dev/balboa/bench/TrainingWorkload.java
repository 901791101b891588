package dev.balboa.bench;

import java.util.Locale;

/**
 * A {@link Task.TrainStep} that knows whether it learns: its loss on fixed pictures must have
 * fallen when the measurement ends.
 */
public abstract class TrainingWorkload implements Workload {
  /** Pictures, from the first one on, that {@link #evaluate} looks at. */
  protected static final int PROBES = 256;

  /** Below this many pictures a loss may well have risen, at batch 1 above all. */
  private static final int ENOUGH_PICTURES = 1500;

  private final int batch;

  private double lossBefore = Double.NaN;
  private double lossAfter = Double.NaN;
  private int steps;

  /**
   * A workload that has taken no step yet.
   *
   * @param batch pictures in one step
   */
  protected TrainingWorkload(int batch) {
    this.batch = batch;
  }

  /** One step of training on the next batch. */
  protected abstract void step();

  /** The mean loss over the first {@link #PROBES} pictures, without learning from them. */
  protected abstract double evaluate();

  @Override
  public final void run() {
    if (steps++ == 0) {
      lossBefore = evaluate();
    }
    step();
  }

  /** The loss before the first step, which depends on the shared weights and pictures alone. */
  @Override
  public final double checksum() {
    return lossBefore;
  }

  @Override
  public final void verify() {
    lossAfter = evaluate();
    // A NaN must fail too.
    if ((long) steps * batch >= ENOUGH_PICTURES && !(lossAfter < lossBefore)) {
      throw new IllegalStateException(
          "training does not learn: loss "
              + lossBefore
              + " before, "
              + lossAfter
              + " after "
              + steps
              + " steps");
    }
  }

  @Override
  public String note() {
    return Double.isNaN(lossAfter)
        ? ""
        : String.format(Locale.ROOT, "loss %.3f to %.3f in %d steps", lossBefore, lossAfter, steps);
  }
}
