"""What is counted: reuse by published definitions, and searches without who searched."""
