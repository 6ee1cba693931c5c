"""The shaders of our own pipelines (GLSL 330, the same on Mesa, Windows and macOS drivers)."""

from __future__ import annotations

SHAPE_VERTEX = """
#version 330 core
uniform vec2 window;
in vec4 in_rect;
in vec4 in_top, in_bottom, in_border, in_glow;
in vec4 in_look;   // radius, border, glow, turn
in uint in_kind;
in vec2 in_part;
in ivec4 in_clip;
out vec2 place;    // from the middle, before turning
flat out vec2 half_size;
flat out vec4 top, bottom, border, glow, look;
flat out uint kind;
flat out vec2 part;
flat out vec4 clip;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    half_size = in_rect.zw * 0.5;
    place = corner * (half_size + in_look.z + 1.0);
    float c = cos(in_look.w), s = sin(in_look.w);
    vec2 at = in_rect.xy + half_size + vec2(place.x * c - place.y * s, place.x * s + place.y * c);
    gl_Position = vec4(at / window * vec2(2, -2) + vec2(-1, 1), 0, 1);
    top = in_top; bottom = in_bottom; border = in_border; glow = in_glow; look = in_look;
    kind = in_kind; part = in_part; clip = vec4(in_clip);
}
"""

SHAPE_FRAGMENT = """
#version 330 core
uniform vec2 window;
in vec2 place;
flat in vec2 half_size;
flat in vec4 top, bottom, border, glow, look;
flat in uint kind;
flat in vec2 part;
flat in vec4 clip;
out vec4 colour;
const float TURN = 6.28318530718;

float rounded(vec2 p, vec2 size, float radius) {
    radius = min(radius, min(size.x, size.y));
    vec2 q = abs(p) - size + radius;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
}
float diamond(vec2 p, vec2 size, float radius) {
    vec2 inner = max(size - radius * 1.4142, vec2(0.01));
    p = abs(p);
    vec2 side = vec2(-inner.x, inner.y);
    float along = clamp(dot(p - vec2(inner.x, 0), side) / dot(side, side), 0.0, 1.0);
    float away = length(p - vec2(inner.x, 0) - side * along);
    return away * sign(p.x * inner.y + p.y * inner.x - inner.x * inner.y) - radius;
}
float triangle(vec2 p, vec2 size) {
    p.x = abs(p.x);
    vec2 side = normalize(vec2(2.0 * size.y, size.x));
    float slope = dot(p - vec2(0, -size.y), vec2(side.x, -side.y));
    return max(slope, p.y - size.y);
}
float arrow(vec2 p, vec2 size) {
    float head = triangle(p + vec2(0, size.y * 0.4), vec2(size.x, size.y * 0.6));
    float shaft = rounded(p - vec2(0, size.y * 0.5), vec2(size.x * 0.38, size.y * 0.5), size.x * 0.1);
    return min(head, shaft);
}
float ring(vec2 p, vec2 size, float width, float start, float share) {
    float middle = min(size.x, size.y) - width * 0.5;
    float band = abs(length(p) - middle) - width * 0.5;
    if (share >= 1.0) return band;
    if (share <= 0.0) return 1e6;
    float half_arc = share * 0.5 * TURN;
    float centre = start * TURN + half_arc;
    float c = cos(centre), s = sin(centre);
    vec2 q = vec2(p.x * c + p.y * s, p.x * s - p.y * c);
    float angle = abs(atan(q.x, q.y));
    if (angle <= half_arc) return band;
    vec2 end = vec2(sin(half_arc), cos(half_arc)) * middle;
    return length(vec2(abs(q.x), q.y) - end) - width * 0.5;
}
float outline(vec2 p) {
    if (kind == 0u) return rounded(p, half_size, look.x);
    if (kind == 1u) return length(p) - min(half_size.x, half_size.y);
    if (kind == 2u) return ring(p, half_size, look.x, part.x, part.y);
    if (kind == 3u) return diamond(p, half_size, look.x);
    if (kind == 4u) return triangle(p, half_size);
    if (kind == 5u) return arrow(p, half_size);
    float bar = rounded(p, half_size, look.x);
    float notch = rounded(p - vec2(0, half_size.y), vec2(half_size.x * part.x, half_size.y * 0.55), half_size.y * 0.3);
    return max(bar, -notch);
}
void main() {
    vec2 pixel = vec2(gl_FragCoord.x, window.y - gl_FragCoord.y);
    if (any(lessThan(pixel, clip.xy)) || any(greaterThan(pixel, clip.zw))) discard;
    float d = outline(place);
    float cover = clamp(0.5 - d, 0.0, 1.0);
    vec4 fill = mix(top, bottom, clamp(place.y / max(half_size.y, 0.001) * 0.5 + 0.5, 0.0, 1.0));
    float edge = look.y > 0.0 ? clamp(d + look.y + 0.5, 0.0, 1.0) : 0.0;
    vec4 body = mix(vec4(fill.rgb * fill.a, fill.a), vec4(border.rgb * border.a, border.a), edge);
    colour = body * cover;
    if (look.z > 0.0) {
        float far = clamp(1.0 - max(d, 0.0) / look.z, 0.0, 1.0);
        float light = far * far * glow.a * (1.0 - cover);
        colour += vec4(glow.rgb * light, light);
    }
    if (colour.a <= 0.002) discard;
}
"""

GLYPH_VERTEX = """
#version 330 core
uniform vec2 window;
uniform sampler2D atlas;
in vec4 in_rect;
in uvec4 in_cell;
in vec4 in_colour;
in ivec4 in_clip;
out vec2 uv;
flat out vec4 colour_in;
flat out vec4 clip;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 at = in_rect.xy + corner * in_rect.zw;
    gl_Position = vec4(at / window * vec2(2, -2) + vec2(-1, 1), 0, 1);
    uv = mix(vec2(in_cell.xy), vec2(in_cell.zw), corner) / vec2(textureSize(atlas, 0));
    colour_in = in_colour; clip = vec4(in_clip);
}
"""

GLYPH_FRAGMENT = """
#version 330 core
uniform vec2 window;
uniform sampler2D atlas;
in vec2 uv;
flat in vec4 colour_in;
flat in vec4 clip;
out vec4 colour;
void main() {
    vec2 pixel = vec2(gl_FragCoord.x, window.y - gl_FragCoord.y);
    if (any(lessThan(pixel, clip.xy)) || any(greaterThan(pixel, clip.zw))) discard;
    float cover = texture(atlas, uv).r * colour_in.a;
    colour = vec4(colour_in.rgb * cover, cover);
}
"""

IMAGE_VERTEX = """
#version 330 core
uniform vec2 window;
uniform vec4 rect;
uniform vec4 part;
out vec2 uv;
out vec2 place;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    place = (corner - 0.5) * rect.zw;
    gl_Position = vec4((rect.xy + corner * rect.zw) / window * vec2(2, -2) + vec2(-1, 1), 0, 1);
    uv = mix(part.xy, part.zw, corner);
}
"""

IMAGE_FRAGMENT = """
#version 330 core
uniform vec4 rect;
uniform sampler2D picture;
uniform vec4 tint;
uniform float radius;
in vec2 uv;
in vec2 place;
out vec4 colour;
void main() {
    vec2 q = abs(place) - rect.zw * 0.5 + radius;
    float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
    vec4 c = texture(picture, uv) * tint;
    float cover = c.a * (radius > 0.0 ? clamp(0.5 - d, 0.0, 1.0) : 1.0);
    colour = vec4(c.rgb * cover, cover);
}
"""

UI_VERTEX = """
#version 330 core
uniform vec2 window;
in vec2 in_place;
in vec2 in_uv;
in vec4 in_colour;
out vec2 uv;
out vec4 tint;
void main() {
    gl_Position = vec4(in_place / window * vec2(2, -2) + vec2(-1, 1), 0, 1);
    uv = in_uv; tint = in_colour;
}
"""

UI_FRAGMENT = """
#version 330 core
uniform sampler2D picture;
in vec2 uv;
in vec4 tint;
out vec4 colour;
void main() {
    vec4 c = texture(picture, uv) * tint;
    colour = vec4(c.rgb * c.a, c.a);
}
"""
