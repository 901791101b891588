/**
 * Layers: functions of tensors with parameters, built from hyper-parameters when their input is
 * known.
 */
package dev.balboa.nn.layer;
