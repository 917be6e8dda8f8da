// How a point gets its place, size and colour; and light from depth (EDL) as a second pass.

/** Width of the palette: part ids of an object. Its rows are object ids, modulo the rows. */
export const PALETTE_WIDTH = 256;
export const PALETTE_ROWS = 1024;

export const MODES = ["rgb", "height", "normals", "object", "part", "confidence"] as const;
export type ColourMode = (typeof MODES)[number];

export const POINT_VERTEX = `
precision highp float;
precision highp int;
uniform mat4 toClip;
uniform vec3 up;
uniform vec2 heights;
uniform sampler2D palette;
uniform int mode;
uniform float overlay;
uniform float pixelScale;
uniform vec2 sizeLimits;
uniform bool perspectiveSize;
uniform vec2 target;
in vec3 position;
in vec4 colour; // and the point's size
in vec3 normal;
in vec4 label;
flat out vec3 shade;
flat out float round_;
out float depth;

vec3 ramp(float t) {
  // dark blue, teal, sand, white: even in lightness and plain to colour-blind eyes
  t = clamp(t, 0.0, 1.0) * 3.0;
  vec3 a = vec3(0.16, 0.19, 0.42), b = vec3(0.13, 0.48, 0.56);
  vec3 c = vec3(0.87, 0.72, 0.42), d = vec3(0.99, 0.97, 0.90);
  return t < 1.0 ? mix(a, b, t) : t < 2.0 ? mix(b, c, t - 1.0) : mix(c, d, t - 2.0);
}

void main() {
  gl_Position = toClip * vec4(position, 1.0);
  depth = gl_Position.w;
  float object = label.x + 256.0 * label.y;
  float row = mod(object, float(${PALETTE_ROWS}));
  bool labelled = object > 0.5;
  bool isLit = label.w > 127.5;
  float sure = (label.w - (isLit ? 128.0 : 0.0)) / 127.0;
  vec4 ofPart = texelFetch(palette, ivec2(int(label.z), int(row)), 0);
  if (ofPart.a < 0.25) { // hidden
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 1.0;
    return;
  }
  vec3 own = colour.rgb / 255.0;
  float grey = dot(own, vec3(0.30, 0.59, 0.11));
  if (mode == 0) shade = labelled ? mix(own, ofPart.rgb * (0.55 + 0.6 * grey), overlay) : own;
  else if (mode == 1) {
    shade = ramp((dot(position, up) - heights.x) / max(heights.y - heights.x, 1e-6));
    if (labelled) shade = mix(shade, ofPart.rgb, overlay);
  } else if (mode == 2) {
    shade = 0.5 + 0.5 * normal / 127.0;
    if (labelled) shade = mix(shade, ofPart.rgb, overlay);
  } else if (mode == 3) {
    vec3 whole = texelFetch(palette, ivec2(0, int(row)), 0).rgb;
    shade = labelled ? whole * (0.75 + 0.35 * grey) : vec3(0.22 + 0.30 * grey);
  } else if (mode == 4) {
    shade = labelled ? ofPart.rgb * (0.75 + 0.35 * grey) : vec3(0.22 + 0.30 * grey);
  } else shade = labelled
      ? mix(vec3(0.98, 0.84, 0.25), vec3(0.10, 0.22, 0.55), sure)
      : vec3(0.22 + 0.30 * grey);
  if (ofPart.a < 0.75) shade = mix(shade, vec3(0.35), 0.75); // stands back
  bool isTarget = labelled && abs(object - target.x) < 0.5
      && (target.y < 0.5 || abs(label.z - target.y) < 0.5);
  if (isTarget && mode < 5) shade = mix(shade, min(ofPart.rgb * 1.15 + 0.06, vec3(1.0)), 0.38);
  if (isLit) shade = mix(shade, vec3(1.0), 0.4);
  float side = exp2((colour.a - 96.0) / 32.0) * pixelScale / (perspectiveSize ? gl_Position.w : 1.0);
  gl_PointSize = clamp(side, sizeLimits.x, sizeLimits.y);
  round_ = gl_PointSize > sizeLimits.x * ${(4 / 1.5).toFixed(4)} ? 1.0 : 0.0;
}
`;

export const POINT_FRAGMENT = `
precision highp float;
flat in vec3 shade;
uniform bool keepDepth;
flat in float round_;
in float depth;
layout(location = 0) out vec4 colour;
void main() {
  if (round_ > 0.5) {
    vec2 p = 2.0 * gl_PointCoord - 1.0;
    if (dot(p, p) > 1.0) discard;
  }
  colour = vec4(shade, keepDepth ? log2(max(depth, 1e-4)) : 1.0);
}
`;

export const SCREEN_VERTEX = `
in vec3 position;
void main() { gl_Position = vec4(position.xy, 0.0, 1.0); }
`;

/** Eye-dome lighting (Boucheny 2009): a pixel darkens by how much nearer its neighbours are. */
export const EDL_FRAGMENT = `
precision highp float;
uniform sampler2D picture;
uniform vec3 background;
uniform float strength;
uniform int radius;
layout(location = 0) out vec4 colour;
const float EMPTY = -1000.0;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  ivec2 last = textureSize(picture, 0) - 1;
  vec4 here = texelFetch(picture, at, 0);
  if (here.a <= EMPTY) { colour = vec4(background, 1.0); return; }
  float sum = 0.0;
  for (int k = 0; k < 8; k++) {
    float turn = float(k) * 0.7853982;
    ivec2 off = ivec2(round(vec2(cos(turn), sin(turn)) * float(radius)));
    float there = texelFetch(picture, clamp(at + off, ivec2(0), last), 0).a;
    if (there > EMPTY) sum += max(0.0, here.a - there);
  }
  colour = vec4(here.rgb * exp(-strength * sum / 8.0), 1.0);
}
`;
