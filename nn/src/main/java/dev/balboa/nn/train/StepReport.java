package dev.balboa.nn.train;

/**
 * One step, finished.
 *
 * @param epoch number, from 0
 * @param batch number in the epoch, from 0
 * @param step number since the start of training, from 0
 * @param samples in the batch
 * @param loss of the batch
 * @param meanLoss over the epoch so far
 * @param learningRate of the step
 * @param gradientNorm before clipping; NaN if it was not measured
 */
public record StepReport(
    long epoch,
    int batch,
    long step,
    int samples,
    double loss,
    double meanLoss,
    double learningRate,
    double gradientNorm) {}
