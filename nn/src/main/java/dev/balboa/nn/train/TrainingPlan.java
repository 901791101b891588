package dev.balboa.nn.train;

/**
 * What a call of {@link Trainer#fit} is about to do.
 *
 * @param firstEpoch epoch to begin with, from 0; more than 0 when training goes on
 * @param firstBatch batch of that epoch to begin with, from 0
 * @param firstStep the number of the first step, from 0
 * @param epochs at which it ends
 * @param batches in an epoch
 * @param samples in an epoch
 */
public record TrainingPlan(
    long firstEpoch, int firstBatch, long firstStep, long epochs, int batches, int samples) {}
