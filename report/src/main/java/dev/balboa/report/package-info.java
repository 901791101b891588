/**
 * Pictures: how training went, what a model confuses, what it looks at. All are a {@link
 * dev.balboa.report.Figure}, to be written as PNG or SVG.
 */
package dev.balboa.report;
