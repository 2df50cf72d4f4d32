"""Who is here, who looks at what, who types where: pure logic with the clock passed in."""
