from django import template

from demo.people import PARTS, Part

register = template.Library()


@register.simple_tag
def demo_parts() -> tuple[Part, ...]:
    """Who one may be in the demo."""
    return PARTS
