/**
 * Pictures as samples: folders of them, and what changes them at random in training. Pictures are
 * float numbers [channels, height, width], usually in [0, 1].
 */
package dev.balboa.nn.data.image;
