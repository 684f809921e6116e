"""Views: tables that projections keep, and how they are read by those who may see them."""
