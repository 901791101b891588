/** Post-training quantization: inference on bytes, calibrated on samples. */
package dev.balboa.nn.quantize;
