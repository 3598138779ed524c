"""Paceline 知行: turns a sales plan into what people do today. Start reading at factory.py."""
