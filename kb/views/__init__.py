"""Views: tables that projections maintain, read by principals who may see them."""
