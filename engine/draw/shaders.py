"""The shaders of our own pipelines (GLSL 330, the same on Mesa, Windows and macOS drivers)."""

from __future__ import annotations

# All that is the same for a whole shape is worked out a vertex; a software renderer runs every branch of a fragment
# shader, so there are none.  A quad is the box about the turned shape, cut at its clip: nothing is discarded.
SHAPE_VERTEX = """
#version 330 core
uniform vec2 window;
in vec4 in_rect;
in vec4 in_top, in_bottom, in_border, in_glow;
in vec4 in_look;   // radius, border, glow, turn
in uint in_kind;
in vec2 in_part;
in ivec4 in_clip;
out vec2 place;         // from the middle, before turning
flat out vec4 box;      // half width, half height, corner radius, upper edge
flat out vec4 slopes;   // two half planes by their normals ...
flat out vec4 cut;      // ... and distances; middle and radius of the notch
flat out vec4 band;     // ring: middle radius, half width (below 0: no ring), cosine and sine of half its arc
flat out vec4 axis;     // ring: cosine and sine of the middle of its arc; border and glow widths
flat out vec4 top, step_down, border, glow;
const float TURN = 6.28318530718;
const float FAR = 1e6;
void main() {
    vec2 size = in_rect.zw * 0.5;
    vec2 middle = in_rect.xy + size;
    float c = cos(in_look.w), s = sin(in_look.w);
    vec2 reach = size + in_look.z + 1.0;
    reach = vec2(abs(c) * reach.x + abs(s) * reach.y, abs(s) * reach.x + abs(c) * reach.y);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    vec2 at = clamp(middle + corner * reach, vec2(in_clip.xy), max(vec2(in_clip.zw), vec2(in_clip.xy)));
    vec2 away = at - middle;
    place = vec2(away.x * c + away.y * s, away.y * c - away.x * s);
    gl_Position = vec4(at / window * vec2(2, -2) + vec2(-1, 1), 0, 1);

    float least = min(size.x, size.y);
    float radius = min(in_look.x, least);
    box = vec4(size, radius, -size.y);
    slopes = vec4(0, 0, 0, 0);
    cut = vec4(FAR, FAR, FAR, 0);
    band = vec4(0, -1, 0, 0);
    axis = vec4(1, 0, in_look.yz);
    if (in_kind == 1u) box.xyz = vec3(least);
    if (in_kind == 2u) {
        float half_arc = clamp(in_part.y, 0.0, 1.0) * 0.5 * TURN, centre = in_part.x * TURN + half_arc;
        band = vec4(least - radius * 0.5, in_part.y <= 0.0 ? -FAR : radius * 0.5, cos(half_arc), sin(half_arc));
        axis.xy = vec2(cos(centre), sin(centre));
        box.xyz = vec3(least);
    }
    if (in_kind == 3u) {
        slopes = vec4(normalize(size.yx), normalize(vec2(size.y, -size.x)));
        cut.xy = vec2(size.x * slopes.x);
    }
    if (in_kind == 4u) {
        slopes = vec4(normalize(vec2(2.0 * size.y, -size.x)), 0, 1);
        cut.xy = vec2(slopes.y * -size.y, size.y);
    }
    if (in_kind == 3u || in_kind == 4u) box.z = 0.0;
    if (in_part.x > 0.0 && in_kind != 2u) cut.zw = vec2(size.y, size.x * in_part.x);
    top = in_top; step_down = in_bottom - in_top; border = in_border; glow = in_glow;
}
"""

# A layer of rounded bars and discs alone, as most fields of notes are, leaves out what the other kinds need.
_SHAPE_FRAGMENT = """
in vec2 place;
flat in vec4 box, slopes, cut, band, axis;
flat in vec4 top, step_down, border, glow;
out vec4 colour;
void main() {
    vec2 p = place;
    vec2 q = abs(p) - box.xy + box.z;
    float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - box.z;
#ifdef ALL_KINDS
    vec2 folded = vec2(abs(p.x), p.y);
    d = max(d, max(dot(folded, slopes.xy) - cut.x, dot(folded, slopes.zw) - cut.y));
    d = max(d, cut.w - length(vec2(p.x, p.y - cut.z)));
    float along = p.x * axis.x + p.y * axis.y, up = p.x * axis.y - p.y * axis.x;
    float far = length(p);
    vec2 end = vec2(abs(along), up) - band.xx * band.wz;
    float inside = step(far * band.z, up);
    float arc = mix(length(end), abs(far - band.x), inside) - band.y;
    d = band.y == -1.0 ? d : arc;
#endif

    float cover = clamp(0.5 - d, 0.0, 1.0);
    vec4 fill = top + step_down * clamp(p.y / max(-2.0 * box.w, 0.001) + 0.5, 0.0, 1.0);
    float edge = clamp((d + axis.z + 0.5) * min(axis.z, 1.0), 0.0, 1.0);
    fill = mix(fill, border, edge);
    float light = clamp(1.0 - max(d, 0.0) / max(axis.w, 0.001), 0.0, 1.0);
    light *= light * glow.a * (1.0 - cover);
    float alpha = fill.a * cover;
    colour = vec4(fill.rgb * alpha + glow.rgb * light, alpha + light);
}
"""
SHAPE_FRAGMENT = "\n#version 330 core\n#define ALL_KINDS\n" + _SHAPE_FRAGMENT
BAR_FRAGMENT = "\n#version 330 core\n" + _SHAPE_FRAGMENT

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
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 at = clamp(in_rect.xy + corner * in_rect.zw, vec2(in_clip.xy), max(vec2(in_clip.zw), vec2(in_clip.xy)));
    corner = (at - in_rect.xy) / max(in_rect.zw, vec2(0.001));
    gl_Position = vec4(at / window * vec2(2, -2) + vec2(-1, 1), 0, 1);
    uv = mix(vec2(in_cell.xy), vec2(in_cell.zw), corner) / vec2(textureSize(atlas, 0));
    colour_in = in_colour;
}
"""

GLYPH_FRAGMENT = """
#version 330 core
uniform sampler2D atlas;
in vec2 uv;
flat in vec4 colour_in;
out vec4 colour;
void main() {
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
