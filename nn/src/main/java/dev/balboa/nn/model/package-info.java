/**
 * Ready models. Each is a class with fields, and an example of how models are written. Where
 * torchvision has the model, parameters have its names and shapes, so that its weights load by
 * name: {@code Checkpoint.loadModel(Path.of("resnet50.safetensors"), model)}.
 */
package dev.balboa.nn.model;
