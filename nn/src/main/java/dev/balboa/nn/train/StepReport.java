package dev.balboa.nn.train;

/**
 * One step, finished.
 *
 * @param epoch number, from 0
 * @param batch number in the epoch, from 0; the last one if gradients of several are accumulated
 * @param step number since the start of training, from 0
 * @param samples in the batches of the step
 * @param loss mean over them
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
